/** Strings of the bar that the staff pages share. */

import { ACCOUNT_STRINGS } from "./account_strings.js";

export const BAR_STRINGS = {
  zh: { ...ACCOUNT_STRINGS.zh, nav: "页面", nav_shop: "店铺", nav_copilot: "经营助手", nav_desk: "工作台", nav_statistics: "统计", nav_inspector: "检视", other_lang: "English", theme: "切换深色或浅色", sign_out: "{name} · 退出" },
  en: { ...ACCOUNT_STRINGS.en, nav: "Pages", nav_shop: "Shop", nav_copilot: "Copilot", nav_desk: "Desk", nav_statistics: "Statistics", nav_inspector: "Inspector", other_lang: "中文", theme: "Switch between dark and light", sign_out: "{name} · Sign out" },
};
