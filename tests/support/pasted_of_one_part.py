"""Pasted texts about tasks whose ids are a UUID, digits or another service's form as well."""

from pasted import DIGITS, HEX, KEY, TASK, UUID, VIDEO, Sample, bearer, curl, reply

RUNWAY_URL = f"https://api.dev.runwayml.com/v1/tasks/{UUID}"
RUNWAY = (
    Sample("runway", "the submit response", reply({"id": UUID}), UUID, alone=False),
    Sample("runway", "the status URL", RUNWAY_URL, UUID),
    Sample(
        "runway",
        "a curl line",
        curl(RUNWAY_URL, f"Authorization: Bearer {KEY}", "X-Runway-Version: 2024-11-06"),
        UUID,
    ),
    Sample(
        "runway",
        "the client's object",
        f"ImageToVideoCreateResponse(id='{UUID}')",
        UUID,
        alone=False,
    ),
    Sample("runway", "a ref", f"runway:{UUID}", UUID),
)

LUMA_URL = f"https://api.lumalabs.ai/dream-machine/v1/generations/{UUID}"
LUMA = (
    Sample(
        "luma",
        "the submit response",
        reply(
            {
                "id": UUID,
                "generation_type": "video",
                "state": "queued",
                "failure_reason": None,
                "created_at": "2026-11-05T00:00:00Z",
                "assets": None,
                "model": "ray-2",
            }
        ),
        UUID,
        alone=False,
    ),
    Sample("luma", "the status URL", LUMA_URL, UUID),
    Sample("luma", "a curl line", bearer(LUMA_URL), UUID),
    Sample(
        "luma",
        "the client's generation",
        f"Generation(id='{UUID}', assets=None, created_at=datetime.datetime(2026, 11, 5, 0, 0),"
        " failure_reason=None, generation_type='video', model='ray-2', state='queued')",
        UUID,
        alone=False,
    ),
    Sample("luma", "a ref", f"luma:{UUID}", UUID),
)

VIDU_URL = f"https://api.vidu.com/ent/v2/tasks/{DIGITS}/creations"
VIDU = (
    Sample(
        "vidu",
        "the submit response",
        reply({"task_id": DIGITS, "state": "created", "model": "viduq2", "credits": 20}),
        DIGITS,
        alone=False,
    ),
    Sample("vidu", "the status URL", VIDU_URL, DIGITS),
    Sample("vidu", "a curl line", curl(VIDU_URL, f"Authorization: Token {KEY}"), DIGITS),
    Sample("vidu", "a ref", f"vidu:{DIGITS}", DIGITS),
)

XAI_URL = f"https://api.x.ai/v1/videos/{UUID}"
XAI = (
    Sample("xai", "the submit response", reply({"request_id": UUID}), UUID, alone=False),
    Sample("xai", "the status URL", XAI_URL, UUID),
    Sample("xai", "a curl line", bearer(XAI_URL), UUID),
    Sample("xai", "a ref", f"xai:{UUID}", UUID),
)

BFL_URL = f"https://api.eu2.bfl.ai/v1/get_result?id={UUID}"
BFL_MADE = {"id": UUID, "polling_url": BFL_URL, "cost": 3.0, "input_mp": 0.0, "output_mp": 1.0}
BFL = (
    Sample("bfl", "the submit response", reply(BFL_MADE), UUID),
    Sample("bfl", "the polling URL", BFL_URL, UUID),
    Sample("bfl", "a curl line", curl(BFL_URL, f"x-key: {KEY}", "accept: application/json"), UUID),
    Sample("bfl", "a ref", f"bfl:{UUID}", UUID),
)

KIE_HOST = "https://api.kie.ai/api/v1"
KIE = (
    Sample(
        "kie",
        "the submit response",
        reply({"code": 200, "msg": "success", "data": {"taskId": HEX}}),
        HEX,
        alone=False,
    ),
    Sample("kie", "the status URL", f"{KIE_HOST}/jobs/recordInfo?taskId={HEX}", HEX),
    Sample("kie", "Veo's", f"{KIE_HOST}/veo/record-info?taskId={HEX}", f"veo/{HEX}"),
    Sample("kie", "Aleph's", f"{KIE_HOST}/aleph/record-info?taskId={UUID}", f"aleph/{UUID}"),
    Sample(
        "kie", "Flux's", f"{KIE_HOST}/flux/kontext/record-info?taskId={HEX}", f"flux/kontext/{HEX}"
    ),
    Sample("kie", "Runway's", f"{KIE_HOST}/runway/record-detail?taskId={UUID}", f"runway/{UUID}"),
    Sample("kie", "a curl line", bearer(f"{KIE_HOST}/jobs/recordInfo?taskId={HEX}"), HEX),
    Sample(
        "kie", "Veo's curl line", bearer(f"{KIE_HOST}/veo/record-info?taskId={HEX}"), f"veo/{HEX}"
    ),
    Sample("kie", "a ref", f"kie:flux/kontext/{HEX}", f"flux/kontext/{HEX}"),
)

RELAY_URL = f"https://relay.example/v1/video/generations/{TASK}"
RELAY = (
    Sample(
        "relay",
        "the submit response",
        reply({"id": TASK, "task_id": TASK, "object": "video", "model": "veo-3.1", "status": ""}),
        TASK,
        alone=False,
    ),
    Sample(
        "relay",
        "the older submit response",
        reply({"code": "success", "message": "", "data": TASK}),
        TASK,
        alone=False,
    ),
    Sample("relay", "the status URL", RELAY_URL, TASK),
    Sample("relay", "a curl line", bearer(RELAY_URL), TASK),
    Sample("relay", "a ref", f"relay:{TASK}", TASK),
)

FILMS_URL = f"https://films.example/v1/videos/{VIDEO}"
FILMS = (
    Sample(
        "films",
        "the submit response",
        reply({"id": VIDEO, "object": "video", "status": "queued", "progress": 0}),
        VIDEO,
        alone=False,
    ),
    Sample(
        "films",
        "a submit response with its URL",
        reply(
            {
                "id": UUID,
                "status": "queued",
                "polling_url": f"https://films.example/v1/videos/{UUID}",
            }
        ),
        UUID,
    ),
    Sample("films", "the status URL", FILMS_URL, VIDEO),
    Sample("films", "the content's URL", f"{FILMS_URL}/content?variant=thumbnail", VIDEO),
    Sample("films", "a curl line", bearer(FILMS_URL), VIDEO),
    Sample(
        "films",
        "the client's video",
        f"Video(id='{VIDEO}', completed_at=None, created_at=1793836800, error=None,"
        " expires_at=None, model='sora-2', object='video', progress=0, prompt=None,"
        " remixed_from_video_id=None, seconds='8', size='1280x720', status='queued')",
        VIDEO,
        alone=False,
    ),
    Sample("films", "a ref", f"films:{VIDEO}", VIDEO),
)
