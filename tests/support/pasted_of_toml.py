"""Pasted texts about tasks of the providers that ship as TOML."""

from pasted import HEX, KEY, UUID, Sample, bearer, curl, reply

EVOLINK_ID = "task-unified-1793836800-imcg5zqt"
EVOLINK_URL = f"https://api.evolink.ai/v1/tasks/{EVOLINK_ID}"
HIGGSFIELD_URL = f"https://api.higgsfield.ai/requests/{UUID}/status"
WAVESPEED_URL = f"https://api.wavespeed.ai/api/v3/predictions/{HEX}/result"
NOVITA_URL = f"https://api.novita.ai/v3/async/task-result?task_id={UUID}"
PIAPI_URL = f"https://api.piapi.ai/api/v1/task/{UUID}"

WAVESPEED_MADE = {"id": HEX, "status": "created", "urls": {"get": WAVESPEED_URL}}
HIGGSFIELD_MADE = {"status": "queued", "request_id": UUID, "status_url": HIGGSFIELD_URL}
PIAPI_MADE = {"code": 200, "data": {"task_id": UUID, "status": "pending"}, "message": "success"}

TOML = (
    Sample("evolink", "the submit response", reply({"id": EVOLINK_ID}), EVOLINK_ID),
    Sample("evolink", "the status URL", EVOLINK_URL, EVOLINK_ID),
    Sample("evolink", "a curl line", bearer(EVOLINK_URL), EVOLINK_ID),
    Sample("higgsfield", "the submit response", reply(HIGGSFIELD_MADE), UUID),
    Sample("higgsfield", "the status URL", HIGGSFIELD_URL, UUID),
    Sample("higgsfield", "a curl line", curl(HIGGSFIELD_URL, f"Authorization: Key id:{KEY}"), UUID),
    Sample("wavespeed", "the submit response", reply({"code": 200, "data": WAVESPEED_MADE}), HEX),
    Sample("wavespeed", "the status URL", WAVESPEED_URL, HEX),
    Sample("wavespeed", "a curl line", bearer(WAVESPEED_URL), HEX),
    Sample("novita", "the submit response", reply({"task_id": UUID}), UUID, alone=False),
    Sample("novita", "the status URL", NOVITA_URL, UUID),
    Sample("novita", "a curl line", bearer(NOVITA_URL), UUID),
    Sample("piapi", "the submit response", reply(PIAPI_MADE), UUID, alone=False),
    Sample("piapi", "the status URL", PIAPI_URL, UUID),
    Sample("piapi", "a curl line", curl(PIAPI_URL, f"x-api-key: {KEY}"), UUID),
    Sample("siliconflow", "a ref", f"siliconflow:{UUID}", UUID),
)
