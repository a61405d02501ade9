"""Who is in the demo, what happens to them when, and what goes wrong around them.

Each entry: id, label, tags; its beats in seconds from the opening; its files; its prompt.
"""

import json
from functools import partial

from rushes.demo.faults import Fault
from rushes.demo.scene import Failure, Output, Scene, Via, play

_MINUTE, _HOUR, _DAY = 60, 3600, 86400

_hiapi = partial(Scene, "hiapi", "happyhorse-1-0")
_hailuo = partial(Scene, "gptge", "hailuo-02", flat=True)
_kling = partial(Scene, "gptge", "kling-v2-6")
_jimeng = partial(Scene, "gptge", "jimeng-4.0")
_ttapi = partial(Scene, "ttapi", "happyhorse-1.0-t2v")
_anyfast = partial(Scene, "anyfast", "happyhorse-1.0-i2v")
_video = partial(Scene, "dimilinks", "veo-3.1")
_image = partial(Scene, "dimilinks", "gpt-image-2")
_wan = partial(Scene, "dashscope", "wan2.5-t2v-preview")
_wan_image = partial(Scene, "dashscope", "wan2.2-t2i-flash")

THROTTLED = "asyntask_spBfCLPHd1cU5lRh9LmNfdoPDjVARWiT"

# fmt: off
CAST: tuple[Scene, ...] = (
    _hiapi("tk-hiapi-01KAFR23R1AVZZEQKSGYJN8SQV", "opening shot", ("trailer", "act-1"),
        play(queued=-14, running=-9, saving=6, done=14),
        (Output("video", "dusk.mp4", 9_400_000),
         Output("first_frame", "dusk-first.jpg", 214_000),
         Output("last_frame", "dusk-last.jpg", 231_000),
         Output("thumbnail", "dusk-first.jpg", 52_000)),
        "A lone fishing boat leaves the harbour before sunrise, long lens, slow push in"),
    # The one that is about to be lost: everything it made dies two minutes in.
    _hiapi("tk-hiapi-01KAEHEZDSG36WPXBBKSGB8VDW", "harbour, dusk", ("trailer", "act-1"),
        play(queued=-101, running=-96, saving=-20, done=-12),
        (Output("video", "dusk.mp4", 11_800_000, expires=2 * _MINUTE),
         Output("first_frame", "dusk-last.jpg", 188_000, expires=2 * _MINUTE)),
        "Cranes against an orange sky, gulls, the last ferry crosses left to right"),
    _anyfast("asyntask_Wyd9Bg56tOAa2IIi4qqhgjiYu65ykTZR", "rain on glass", ("trailer", "act-1"),
        play(queued=-10, running=8, done=160),
        (Output("video", "rain.mp4", 4_400_000),),
        "Raindrops race down a tram window, city bokeh, macro"),
    _ttapi("e3dfa76a-5198-4527-b416-a51e317821cf", "雨中的玻璃窗", ("act-1",),
        play(queued=-5, running=3, done=84),
        (Output("video", "rain.mp4", 4_800_000),),
        "雨滴沿着玻璃窗滑落，窗外城市灯光虚化，镜头缓慢右移"),
    # The first link lives five minutes from each query, the second as long as documented.
    _image("img_972beb75e685e947ceafb20e", "plate 14 (still)", ("stills", "trailer"),
        play(queued=-4, running=0.8, done=12),
        (Output("image", "ridge-first.jpg", 388_000, Via.PROXY, life=5 * _MINUTE),
         Output("image", "ridge-last.jpg", 341_000, Via.PROXY)),
        "Clean plate of the valley, no people, even light"),
    _hailuo("314975310314557", "chase, wide", ("act-2", "stunts"),
        play(queued=-20, running=9, done=112),
        (Output("video", "ridge.mp4", 6_200_000, Via.FILE_ID),),
        "Two motorbikes along a mountain road, helicopter shot, dust"),
    _hiapi("tk-hiapi-01KA5NMT8XQQT1SDVA8HT6J7RB", "market 3", ("act-2",),
        play(queued=-3, running=1.5, saving=276, done=284),
        (Output("video", "market.mp4", 5_300_000),
         Output("first_frame", "market-first.jpg", 96_000)),
        "Handheld through a night market, steam, neon in puddles, vertical"),
    _anyfast(THROTTLED, "b-roll 7", ("b-roll",),
        play(queued=-20, running=5, done=205),
        (Output("video", "ridge.mp4", 3_200_000),),
        "Pine forest from above, slow tilt down, overcast"),
    _ttapi("72f875a6-4323-491e-ba0f-30d597019206", "crowd, slow push", ("act-3",),
        play(queued=-50, running=12, done=134),
        (Output("video", "market.mp4", 6_900_000),),
        "A festival crowd in slow motion, confetti, camera pushes in on one face"),
    _video("video_87303e00f3b21ea4ff07fe1e", "surf, high speed", ("b-roll",),
        play(queued=-9, running=2, done=58),
        (Output("video", "rain.mp4", 5_500_000, Via.CONTENT),),
        "A wave folds over the lens, 240 frames per second"),
    _anyfast("asyntask_SJK5INsJv5O3bdQgSc5ihRA8MgxW5Zmr", "ridge, reverse", ("act-3",),
        play(queued=-_DAY + 9 * _MINUTE - 95, running=-_DAY + 9 * _MINUTE - 90,
             done=-_DAY + 9 * _MINUTE),
        (Output("video", "ridge.mp4", 7_700_000),),
        "Climbers on the skyline, reverse angle, telephoto haze"),
    _jimeng("314919286383784", "storyboard, 3 panels", ("stills", "reference"),
        play(running=-6, done=19),
        (Output("image", "dusk-first.jpg", 164_000),
         Output("image", "rain-last.jpg", 143_000),
         Output("image", "ridge-last.jpg", 207_000)),
        "三格分镜：港口清晨、雨夜街道、山脊日落，水墨淡彩"),
    _ttapi("ba89d17d-a3d9-4a3e-aacf-0fc72d0c7fd0", "drone over ridge", ("act-3",),
        play(queued=-80, running=-70, failed=22),
        prompt="Drone rises over a ridge at first light, mist in the valley",
        failure=Failure("DataInspectionFailed", "Output data may contain inappropriate content.")),
    _hailuo("314944596598471", "chase, close", ("act-2", "stunts"),
        play(queued=-60, running=-20, failed=72),
        prompt="雨夜追逐，镜头贴近骑手的头盔，霓虹倒影",
        failure=Failure("1027", "视频内容涉及敏感信息，请修改后重试")),
    _video("video_33fbc729109a6cb24f350209", "lighthouse", ("act-3",),
        play(queued=-18, running=16, done=224),
        (Output("video", "dusk.mp4", 8_800_000, Via.REDIRECT),),
        "灯塔在暴风雨中旋转，海浪拍打礁石，航拍环绕"),
    _hiapi("tk-hiapi-01KAZJDXFAS9B8YM57VH4EJ57R", "title card, take 2", ("titles",),
        play(queued=-30, running=4, failed=48),
        prompt="The word RUSHES burned into film leader, scratches, gate weave",
        failure=Failure("TASK_FAILED", "text rendering refused by the upstream model (2 tries)")),
    _kling("314951056338189", "neon alley", ("act-2",),
        play(running=-40, done=125),
        (Output("video", "market.mp4", 3_900_000),),
        "An alley of paper lanterns in light rain, dolly forward, shallow focus"),
    _anyfast("asyntask_L5FRpI9nEfSfw5bvi18aO4EsFI67kcLd", "fan reveal", ("act-2",),
        play(queued=-12, running=30, failed=97),
        prompt="身着红色旗袍的女子抬手展开折扇，流苏耳坠轻晃，低角度仰拍",
        failure=Failure("DataInspectionFailed", "输出视频可能包含不适宜内容，任务未计费")),
    _image("img_e13aea54bc9c48755c70a604", "logo, gold", ("titles", "stills"),
        play(queued=-3, running=24, done=33),
        (Output("image", "carpet.png", 54_000, Via.DATA_URL),),
        "A gold monogram on black velvet, studio light"),
    _ttapi("4a6a45b5-246e-45de-b454-cb058a568913", "alley cat", ("b-roll",),
        play(queued=-25, canceled=40),
        prompt="一只猫在屋顶上奔跑，低角度跟拍"),
    _jimeng("314901700111350", "matte painting", ("stills",),
        play(running=-2, done=142),
        (Output("image", "carpet.png", 68_000, Via.BASE64),),
        "Ruined observatory on a cliff, matte painting, wide"),
    _video("video_e6174543265c588f612e60a6", "puppet test", ("reference",),
        play(queued=-30, running=-12, failed=65),
        prompt="A paper puppet walks across a desk, stop motion",
        failure=Failure("upstream_error", "视频生成失败，请稍后重试。")),
    _ttapi("67d15a24-c47c-4814-8553-aa6433fcecf2", "wedding, long table", ("b-roll",),
        play(queued=-22 * _HOUR - 75, running=-22 * _HOUR - 70, done=-22 * _HOUR),
        (Output("video", "dusk.mp4", 8_300_000),),
        "Candlelit table under olive trees, guests laugh, gimbal along the plates"),
    _kling("314983120477916", "mirror shot", ("act-2",),
        play(running=-15, failed=180),
        prompt="She looks up and her reflection does not",
        failure=Failure("upstream_timeout", "upstream did not answer in time, credits returned")),
    _video("video_5d48e4229c9481201bba31f9", "train, window seat", ("b-roll",),
        play(queued=-44, canceled=103),
        prompt="Fields pass a train window, reflections of a sleeping child"),
    _anyfast("asyntask_vWqb9E6K8WMsWK81Zg4eXEbT876iROus", "end credits plate", ("titles",),
        play(queued=-2, running=193, done=306),
        (Output("video", "dusk.mp4", 2_600_000),),
        "Empty cinema, dust in the projector beam, static"),
    # Seven days after its finish, and so two hours ago, its file went.
    _hiapi("tk-hiapi-01KAFDXDPAT3EYM4VVH1YFNFX1", "last light, old cut", ("act-3",),
        play(queued=-7 * _DAY - 2 * _HOUR - 90, running=-7 * _DAY - 2 * _HOUR - 80,
             saving=-7 * _DAY - 2 * _HOUR - 9, done=-7 * _DAY - 2 * _HOUR),
        (Output("video", "ridge.mp4", 7_100_000),),
        "Sun sets behind the ridge, time lapse, grain"),
    _video("video_85ef40295fab98f0d340b857", "render test 12", ("reference",),
        play(queued=-300, running=-200, gone=240),
        prompt="Grey spheres on a checkerboard, turntable"),
    # Its record ended two hours ago: UNKNOWN from then on.
    _ttapi("c67917b6-138a-4a7f-9d4e-e478c97a5d46", "night market, take 1", ("b-roll",),
        play(queued=-26 * _HOUR - 80, running=-26 * _HOUR - 70, done=-26 * _HOUR),
        (Output("video", "market.mp4", 5_000_000),),
        "夜市小吃摊，蒸汽升腾，特写"),
    _image("img_344f2b21279020a7421eac36", "contact sheet", ("stills",),
        play(queued=-2, running=255, done=330),
        (Output("image", "spiral.png", 262_000, Via.PROXY),),
        "十二格联系表，黑白，人物侧影"),
    _hiapi("tk-hiapi-01KADTFS2R811K33T63CJ0MHYY", "animatic, first pass", ("reference",),
        play(queued=-40 * _DAY, gone=-10 * _DAY)),
    _wan("6513270e-269e-4d37-b2a7-4de452e6b438", "kite over dunes", ("act-1", "b-roll"),
        play(queued=-8, running=6, done=150),
        (Output("video", "dusk.mp4", 6_600_000),),
        "A red kite climbs over white dunes, low sun, the string cuts the frame"),
    _wan_image("d23f0824-128b-4f33-8c5c-7fd0a6a3a450", "costume board", ("stills", "reference"),
        play(queued=-4, running=2.5, done=27),
        (Output("image", "market-first.jpg", 176_000),
         Output("image", "market-last.jpg", 158_000)),
        "旧上海旗袍设计稿，两款配色，水彩纸纹理"),
    _wan("9531985d-5d9d-49f8-9818-e811892f902b", "glass slipper", ("act-3",),
        play(queued=-30, running=-11, failed=54),
        prompt="A shoe of blown glass turns on black velvet, macro",
        failure=Failure("InternalError.Algo", "inference internal error, please retry")),
    _wan_image("36f675cc-81e7-4ef5-a8e2-5d940ed90475", "poster, first idea", ("titles",),
        play(queued=-15, canceled=130),
        prompt="Film poster, a lighthouse made of film reels, two colours"),
    _wan("6b0d549b-6f03-475a-9600-a35a099950d8", "fog bank", ("b-roll",),
        play(queued=-20 * _HOUR - 95, running=-20 * _HOUR - 88, done=-20 * _HOUR),
        (Output("video", "ridge.mp4", 5_900_000),),
        "Fog rolls over a pass at dawn, locked-off wide"),
)
# fmt: on

_SATURATED = {"code": "429", "message": "当前分组上游负载已饱和，请稍后再试", "data": None}

# (origin, task or None for all of it, what happens)
TROUBLE: tuple[tuple[str, str | None, Fault], ...] = (
    (
        "anyfast",
        THROTTLED,
        Fault(
            status=429,
            headers={"Retry-After": "20", "Content-Type": "application/json; charset=utf-8"},
            body=json.dumps(_SATURATED, ensure_ascii=False).encode(),
            times=None,
            during=(45, 95),
        ),
    ),
    ("ttapi", None, Fault(drop=True, times=None, during=(90, 120))),
)
