"""Write ``docs/tables.md`` anew from the schema: ``python docs/make_tables.py``."""

from pathlib import Path

from optimizer.analysis.critical.table import CRITICAL
from optimizer.plan.plan_tables import PLAN_TABLES
from optimizer.region.region_tables import REGION_TABLES
from optimizer.region.table_docs import tables_markdown

if __name__ == "__main__":
    text = tables_markdown({"region": REGION_TABLES, "plan": PLAN_TABLES, "critical": (CRITICAL,)})
    Path(__file__).with_name("tables.md").write_text(text, encoding="utf-8")
