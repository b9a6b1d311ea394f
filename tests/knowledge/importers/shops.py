"""Small shops in the forms that importers read, written in words of our own; and the rows of a database to compare."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import select
from sqlmodel import SQLModel

from knowledge.db import Database
from knowledge.types import JsonObject

Files = dict[str, str]


def write(folder: Path, files: Files, *, encoding: str = "utf-8") -> Path:
    """Write text files into a folder, made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(content, encoding=encoding, newline="")
    return folder


async def rows(database: Database, table: str) -> list[JsonObject]:
    """Return the rows of a table by its key."""
    found = SQLModel.metadata.tables[table]
    async with database.read() as session:
        connection = await session.connection()
        result = await connection.execute(select(found).order_by(*found.primary_key))
        return [dict(row) for row in result.mappings()]


async def everything(database: Database) -> dict[str, list[JsonObject]]:
    """Return the rows of every table that has some."""
    found = {table.name: await rows(database, table.name) for table in SQLModel.metadata.sorted_tables}
    return {table: content for table, content in found.items() if content}


CSV: Files = {
    "categories.csv": "id,parent_id,name_en,name_zh\npots,teaware,Pots,茶壶\nteaware,,Teaware,茶具\n",
    "products.csv": (
        "id,category_id,title_en,title_zh,brand,attributes,tags,created_at\n"
        "pot,pots,Clay pot,紫砂壶,Yi,material=clay; volume_ml=200,gift; classic,2025-01-02\n"
        'cup,teaware,"Cup, glass",玻璃杯,Yi,,,2025-01-02T08:00:00+08:00\n'
    ),
    "variants.csv": (
        "sku,product_id,price,list_price,option:color,option:size\n"
        'POT-R,pot,"1,299.00",1499,red,\nPOT-B,pot,¥1299,,black,\nCUP-S,cup,19.90,,,S\n'
    ),
    "stock.csv": "sku,on_hand,restock_at\nPOT-R,3,\nPOT-B,0,2026/3/1\n",
    "price_history.csv": "sku,price,valid_from\nPOT-R,1499,2025-01-02\nPOT-R,1299,2025-06-01\n",
    "customers.csv": (
        "id,first_name,last_name,email,phone,lang,created_at\n"
        "c1,小明,王,Wang@Example.com,+86 138-0000-0001,zh,2025-02-01\n"
        "c2,Ada,Byrne,ada@example.com,,en,2025-02-02\n"
    ),
    "addresses.csv": (
        "customer_id,line1,city,postcode,country,is_default\nc1,长安街1号,北京,100000,CN,是\nc2,1 Mill Lane,Cork,T12,IE,yes\n"
    ),
    "payment_methods.csv": "id,customer_id,kind,last_four,balance\nm1,c1,alipay,,\nm2,c2,gift_card,,50.00\n",
    "orders.csv": (
        "id,customer_id,status,placed_at,delivered_at,shipping,discount,payment_method_id,address_line1,address_city\n"
        "1001,c1,delivered,2025-03-01 10:00:00,2025-03-04 10:00:00,10,5.50,m1,长安街1号,北京\n"
        "1002,c2,pending,2025-03-02T09:30:00Z,,0,0,m2,1 Mill Lane,Cork\n"
    ),
    "order_lines.csv": (
        "order_id,sku,unit_price,quantity,title_en\n1001,POT-R,1299.00,1,Clay pot\n1001,CUP-S,19.90,2,Cup\n1002,CUP-S,19.90,1,Cup\n"
    ),
    "payments.csv": "order_id,amount\n1001,1343.30\n1002,19.90\n",
    "shipments.csv": "order_id,carrier,tracking_number,status\n1001,SF,SF100200,delivered\n",
    "tracking_events.csv": "shipment_id,at,status,place\n1001:1,2025-03-04 10:00:00,delivered,Beijing\n",
    "reviews.csv": "product_id,customer_id,rating,text,created_at\npot,c1,5,出水很顺,2025-03-10\ncup,c2,2,It leaks,2025-03-11\n",
    "documents.csv": 'id,lang,title,body,updated_at\nshipping-en,en,Shipping,"We send, daily.",2025-01-01\n',
    "mapping.yaml": "shop: {id: teahouse, name_zh: 小茶馆, name_en: Teahouse, currency: CNY, timezone: Asia/Shanghai}\n",
}

_PRODUCTS = (
    "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,"
    "Option2 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Price,Variant Compare At Price,"
    "Image Src,Image Position,Image Alt Text,Cost per item,Status\n"
)
_ORDERS = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Currency,Subtotal,Shipping,Taxes,Total,"
    "Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,"
    "Lineitem sku,Billing Name,Shipping Name,Shipping Address1,Shipping City,Shipping Zip,Shipping Country,Notes,"
    "Cancelled at,Payment Method,Refunded Amount,Outstanding Balance\n"
)
SHOPIFY: Files = {
    "products_export.csv": _PRODUCTS
    + (
        'linen-shirt,Linen shirt,"<p>Cool &amp; light.</p><ul><li>Wash cold</li></ul>",Norr,Apparel > Shirts,Shirt,'
        '"linen, summer",true,Color,Sand,Size,M,LS-S-M,shopify,4,59.00,79.00,https://cdn.example/a.jpg,1,Front,21.00,active\n'
        "linen-shirt,,,,,,,,,Sand,,L,LS-S-L,shopify,-1,59.00,,https://cdn.example/b.jpg,2,,,\n"
        "gift-wrap,Gift wrap,,Norr,,Extras,,true,Title,Default Title,,,,,,4.50,,,,,,draft\n"
    ),
    "customers_export.csv": (
        "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,"
        "Default Address Address2,Default Address City,Default Address Province Code,Default Address Country Code,"
        "Default Address Zip,Default Address Phone,Phone,Total Spent,Tags\n"
        "'7001,Mina,Holt,Mina@example.com,yes,,4 Quay St,,Bergen,,NO,'0501,'+4755000000,,118.00,\n"
    ),
    "orders_export_1.csv": _ORDERS
    + (
        "#1001,mina@example.com,paid,2026-01-03 10:15:00 +0100,fulfilled,2026-01-04 09:00:00 +0100,EUR,118.00,5.00,0.00,"
        "118.00,WINTER,5.00,Post,2026-01-03 10:14:00 +0100,1,Linen shirt - Sand / M,59.00,LS-S-M,Mina Holt,Mina Holt,4 Quay St,"
        "Bergen,'0501,NO,Ring twice,,Shopify Payments,0.00,0.00\n"
        "#1001,mina@example.com,,,,,,,,,,,,,,1,Linen shirt - Sand / L,59.00,LS-S-L,,,,,,,,,,,\n"
        "#1002,tor@example.com,refunded,2026-01-20 10:00:00 +0100,unfulfilled,,EUR,4.50,0.00,0.00,4.50,,0.00,,"
        "2026-01-20 10:00:00 +0100,1,Gift wrap,4.50,,Tor Lund,Tor Lund,9 Hill,Oslo,0150,NO,,2026-01-21 08:00:00 +0100,PayPal,4.50,0.00\n"
        "#1003,mina@example.com,pending,,fulfilled,2026-01-24 10:00:00 +0100,EUR,4.50,0.00,0.00,4.50,,0.00,Post,"
        "2026-01-23 10:00:00 +0100,1,Gift wrap,4.50,,Mina Holt,Mina Holt,4 Quay St,Bergen,0501,NO,,,Manual,0.00,4.50\n"
    ),
}

OLIST: Files = {
    "olist_orders_dataset.csv": (
        '"order_id","customer_id","order_status","order_purchase_timestamp","order_approved_at",'
        '"order_delivered_carrier_date","order_delivered_customer_date","order_estimated_delivery_date"\n'
        '"o1","k1","delivered","2018-01-10 10:00:00","","2018-01-11 10:00:00","2018-01-20 10:00:00","2018-01-25 00:00:00"\n'
        '"o2","k2","canceled","2018-02-10 10:00:00","","","","2018-02-25 00:00:00"\n'
    ),
    "olist_order_items_dataset.csv": (
        '"order_id","order_item_id","product_id","seller_id","shipping_limit_date","price","freight_value"\n'
        '"o1",1,"p1","s1","2018-01-12 00:00:00",50.00,8.50\n"o1",2,"p1","s1","2018-01-12 00:00:00",50.00,8.50\n'
        '"o2",1,"p1","s1","2018-02-12 00:00:00",45.90,8.50\n'
    ),
    "olist_customers_dataset.csv": (
        '"customer_id","customer_unique_id","customer_zip_code_prefix","customer_city","customer_state"\n'
        '"k1","u1","01000","sao paulo","SP"\n"k2","u1","01000","sao paulo","SP"\n'
    ),
    "olist_products_dataset.csv": (
        '"product_id","product_category_name","product_weight_g"\n"p1","brinquedos","300"\n"p2","","100"\n'
    ),
    "olist_order_payments_dataset.csv": (
        '"order_id","payment_sequential","payment_type","payment_installments","payment_value"\n'
        '"o1",1,"credit_card",2,100.00\n"o1",2,"voucher",1,17.00\n"o2",1,"boleto",1,54.40\n'
    ),
    "olist_order_reviews_dataset.csv": (
        '"review_id","order_id","review_score","review_comment_title","review_comment_message","review_creation_date"\n'
        '"r1","o1",4,"bom","chegou\nrapido","2018-01-22 00:00:00"\n'
    ),
    "product_category_name_translation.csv": "product_category_name,product_category_name_english\nbrinquedos,toys\n",
}


def tau() -> JsonObject:
    """A shop in the form of tau-retail's ``db.json``."""

    def item(item_id: str, price: float, color: str) -> JsonObject:
        name = {"name": "Lamp", "product_id": "10", "item_id": item_id}
        return {**name, "price": price, "options": {"color": color}}

    address = {"address1": "5 Oak Way", "address2": "", "city": "Reno", "country": "USA", "state": "NV", "zip": "89501"}
    shop: JsonObject = {
        "products": {
            "10": {
                "name": "Lamp",
                "product_id": "10",
                "variants": {
                    "101": {"item_id": "101", "options": {"color": "red"}, "available": True, "price": 20.1},
                    "102": {"item_id": "102", "options": {"color": "blue"}, "available": False, "price": 19.99},
                },
            }
        },
        "users": {
            "ann_1": {
                "user_id": "ann_1",
                "name": {"first_name": "Ann", "last_name": "Poe"},
                "address": address,
                "email": "ann@example.com",
                "payment_methods": {
                    "gift_card_1": {"source": "gift_card", "balance": 12.5, "id": "gift_card_1"},
                    "credit_card_1": {
                        "source": "credit_card",
                        "brand": "visa",
                        "last_four": "1234",
                        "id": "credit_card_1",
                    },
                    "paypal_1": {"source": "paypal", "id": "paypal_1"},
                },
                "orders": ["#W1", "#W2"],
            }
        },
        "orders": {
            "#W1": {
                "order_id": "#W1",
                "user_id": "ann_1",
                "address": address,
                "items": [item("101", 20.1, "red"), item("101", 20.1, "red"), item("102", 19.99, "blue")],
                "status": "delivered",
                "fulfillments": [
                    {"tracking_id": ["T1", "T2"], "item_ids": ["101", "102"]},
                    {"tracking_id": ["T3"], "item_ids": ["101"]},
                ],
                "payment_history": [{"transaction_type": "payment", "amount": 60.19, "payment_method_id": "paypal_1"}],
            },
            "#W2": {
                "order_id": "#W2",
                "user_id": "ann_1",
                "address": {**address, "address1": "7 Elm"},
                "items": [item("102", 19.99, "blue")],
                "status": "cancelled",
                "fulfillments": [],
                "payment_history": [
                    {"transaction_type": "payment", "amount": 19.99, "payment_method_id": "credit_card_1"},
                    {"transaction_type": "refund", "amount": 19.99, "payment_method_id": "credit_card_1"},
                ],
            },
        },
    }
    return shop


def tau_files(shop: JsonObject | None = None) -> Files:
    """Return the files of a tau-retail shop."""
    return {"db.json": json.dumps(shop or tau())}


SHOPS: dict[str, Files] = {"csv": CSV, "shopify": SHOPIFY, "olist": OLIST, "tau-retail": tau_files()}
"""A good shop of every format."""
