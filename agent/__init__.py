"""Who answers what no flow covers."""
