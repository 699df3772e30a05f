"""Which endpoint does what."""

from collections.abc import Callable, Mapping

from syncd_notion.sandbox import blocks, containers, rows
from syncd_notion.sandbox.asked import NotionRequest
from syncd_notion.sandbox.render import Json
from syncd_notion.sandbox.world import NotionWorkspace

Endpoint = Callable[[NotionWorkspace, NotionRequest], Json]
ENDPOINTS: Mapping[tuple[str, str], Endpoint] = {
    ("GET", "/v1/users/me"): containers.me,
    ("POST", "/v1/search"): containers.search,
    ("POST", "/v1/databases"): containers.create_database,
    ("GET", "/v1/databases/{database_id}"): containers.read_database,
    ("PATCH", "/v1/databases/{database_id}"): containers.update_database,
    ("GET", "/v1/data_sources/{data_source_id}"): containers.read_source,
    ("PATCH", "/v1/data_sources/{data_source_id}"): containers.update_source,
    ("POST", "/v1/data_sources/{data_source_id}/query"): rows.query,
    ("POST", "/v1/pages"): rows.create_page,
    ("GET", "/v1/pages/{page_id}"): rows.read_page,
    ("PATCH", "/v1/pages/{page_id}"): rows.update_page,
    ("POST", "/v1/pages/{page_id}/move"): rows.move_page,
    ("GET", "/v1/pages/{page_id}/properties/{property_id}"): rows.page_property,
    ("GET", "/v1/blocks/{block_id}/children"): blocks.children,
    ("PATCH", "/v1/blocks/{block_id}/children"): blocks.append,
    ("GET", "/v1/blocks/{block_id}"): blocks.read_block,
    ("PATCH", "/v1/blocks/{block_id}"): blocks.update_block,
    ("DELETE", "/v1/blocks/{block_id}"): blocks.delete_block,
}
