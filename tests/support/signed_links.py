"""Links as the vendors' signers write them, with keys that were made up.

`ENDING` has links that all die at AT, `ENDLESS` those that name no end, by what they are.
"""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

AT = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
UNIX = int(AT.timestamp())
HEX = f"{UNIX:x}"
LATER = UNIX + 3600
START = "20270301T110000Z"
ISSUED = UNIX - 3600
MD5 = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
SHA = MD5 + MD5


def base64url(value: object) -> str:
    """JSON as the parts of a JWT have it: base64url without padding."""
    text = json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def jwt(**claims: object) -> str:
    """A JSON Web Token whose signature is not one."""
    return f"{base64url({'alg': 'HS256', 'typ': 'JWT'})}.{base64url(claims)}.c2lnbmF0dXJl"


def policy(*conditions: Mapping[str, object]) -> str:
    """A CloudFront policy, in CloudFront's own base64."""
    statements = [{"Resource": "https://cdn.example/*", "Condition": c} for c in conditions]
    text = base64.b64encode(json.dumps({"Statement": statements}).encode()).decode()
    return text.translate(str.maketrans("+=/", "-_~"))


def until(seconds: object) -> dict[str, object]:
    """The condition that a link is good before a time, and after an hour before."""
    return {
        "DateLessThan": {"AWS:EpochTime": seconds},
        "DateGreaterThan": {"AWS:EpochTime": ISSUED},
        "IpAddress": {"AWS:SourceIp": "0.0.0.0/0"},
    }


def delegation(valid_until: object) -> str:
    """What a private blob of Vercel's is signed with."""
    return f"{base64url({'storeId': 's', 'validUntil': valid_until, 'iat': ISSUED * 1000})}.c2ln"


_BOS = "bce-auth-v1/AK/2027-03-01T11:00:00Z/3600//" + SHA
_COS = f"q-sign-algorithm=sha1&q-ak=AK&q-sign-time={ISSUED};{UNIX}&q-key-time={ISSUED};{UNIX}"
_AZURE = "sv=2026-10-06&sr=b&sp=r&sig=a%2Bb%3D"
_KEY = "skoid=o&sktid=t&skt=2027-03-01T00%3A00%3A00Z"
_ISO = "2027-03-01T12%3A00%3A00Z"
_VERCEL = "vercel-blob-signature=s&vercel-blob-delegation="
_EDGE = f"st={ISSUED}~exp={UNIX}~acl=/a/*!/b/*~hmac={MD5}"

QUERIES = {
    "AWS V4": f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date={START}&X-Amz-Expires=3600"
    "&X-Amz-Signature=f",
    "AWS V4 in lower case, the seconds first": f"x-amz-expires=3600&x-amz-date={START}",
    "AWS V4 with a session's token": f"X-Amz-Date={START}&X-Amz-Expires=3600"
    f"&X-Amz-Security-Token={jwt(exp=ISSUED)}&X-Amz-Signature=f",
    "AWS V2": f"AWSAccessKeyId=k&Expires={UNIX}&Signature=s",
    "Google V4": f"X-Goog-Date={START}&X-Goog-Expires=3600&X-Goog-Signature=f",
    "Google V2": f"GoogleAccessId=a%40b&Expires={UNIX}&Signature=s",
    "OSS V1": f"Expires={UNIX}&OSSAccessKeyId=k&Signature=a%2Bb&response-expires={LATER}",
    "OSS2": f"x-oss-signature-version=OSS2&x-oss-expires={UNIX}&x-oss-signature=s",
    "OSS V4": f"x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-date={START}&x-oss-expires=3600",
    "OSS V4 with an absolute time": f"x-oss-date={START}&x-oss-expires={UNIX}",
    "TOS": f"X-Tos-Date={START}&X-Tos-Expires=3600&X-Tos-Signature=f",
    "OBS V4": f"X-Obs-Date={START}&X-Obs-Expires=3600&X-Obs-Signature=f",
    "COS": f"{_COS}&q-signature=s",
    "COS, escaped": f"q-sign-time={ISSUED}%3B{LATER}&q-key-time={ISSUED}%3B{UNIX}",
    "COS in one parameter": f"sign={quote(_COS.replace(';', '%3B'), safe='')}",
    "Azure": f"st=2027-02-28T23%3A00%3A00Z&se={_ISO}&{_AZURE}",
    "Azure with an offset": f"se=2027-03-01T20%3A00%3A00%2B08%3A00&{_AZURE}",
    "Azure with a fraction": f"se=2027-03-01T12%3A00%3A00.0000000Z&{_AZURE}",
    "Azure, the user's key ends first": f"se=2027-03-01T13%3A00%3A00Z&{_KEY}&ske={_ISO}&{_AZURE}",
    "Azure, the user's key ends later": f"ske=2027-03-02T12%3A00%3A00Z&{_KEY}&se={_ISO}&{_AZURE}",
    "CloudFront, canned": f"Expires={UNIX}&Key-Pair-Id=k&Signature=s",
    "CloudFront, custom": f"Policy={policy(until(UNIX))}&Key-Pair-Id=k&Signature=s",
    "CloudFront, both": f"Policy={policy(until(UNIX))}&Expires={LATER}&Key-Pair-Id=k&Signature=s",
    "OBS": f"AccessKeyId=k&Expires={UNIX}&Signature=s",
    "KS3": f"KSSAccessKeyId=k&Expires={UNIX}&Signature=s",
    "UCloud": f"UCloudPublicKey=k&Expires={UNIX}&Signature=s",
    "QingStor": f"access_key_id=k&expires={UNIX}&signature=s",
    "imgix": f"w=400&expires={UNIX}&s={MD5}",
    "Bunny": f"token=abc&expires={UNIX}",
    "nginx": f"md5=abc&expires={UNIX}",
    "Media CDN": f"Expires={UNIX}&KeyName=k&Signature=s",
    "UploadThing": f"expires={UNIX}000&signature=hmac-sha256%3D{SHA}",
    "a framework's signed route": f"expires={UNIX}&signature={SHA}",
    "exp in milliseconds": f"exp={UNIX}000&sig=a",
    "exp in seconds": f"exp={UNIX}&sig=a",
    "ByteDance images": f"lk3s=4fa96020&x-expires={UNIX}&x-signature=AbCd%2BEf%3D",
    "Kling": f"x-kcdn-pid=1&ksSecret={MD5}&ksTime={HEX}",
    "Runway": f"_jwt={jwt(keyHash='0', bucket='b', exp=UNIX)}",
    "Supabase": f"width=200&token={jwt(url='v/a.mp4', iat=ISSUED, nbf=LATER, exp=UNIX)}",
    "a JWT with a time that has a fraction": f"token={jwt(exp=float(UNIX))}",
    "Akamai": f"hdnts={_EDGE}",
    "Akamai, the end first": f"__token__=exp={UNIX}~acl=/*~hmac={SHA}",
    "Akamai, escaped, of another name": f"anything={quote(_EDGE, safe='')}",
    "Cloudinary's token": f"__cld_token__={_EDGE}",
    "Media CDN's token": f"edge-cache-token=FullPath~Expires={UNIX}~hmac={SHA}",
    "Cloudinary's download": f"timestamp={ISSUED}&expires_at={UNIX}&signature=s&api_key=1",
    "BOS": f"authorization={quote(_BOS, safe='')}",
    "BOS, bare": f"authorization={_BOS.replace('v1', 'v2')}",
    "Qiniu": f"imageView2/2/w/200&e={UNIX}&token=AK:TcL-Cs1Dof6_kt60U=",
    "Qiniu, escaped": f"e={UNIX}&token=AK%3ATcL-Cs1Dof6_kt60U%3D",
    "Discord": f"ex={HEX}&is={ISSUED:x}&hm={SHA}&",
    "Discord, with a stray sign": f"ex={HEX}&is={ISSUED:x}&hm={SHA}&=&format=webp",
    "ImageKit": f"tr=w-400&ik-t={UNIX}&ik-s={MD5}",
    "Upyun": f"_upt=12345678{UNIX}",
    "Vercel Blob": f"{_VERCEL}{delegation(UNIX * 1000)}",
    "Vercel Blob, of its own end": f"{_VERCEL}{delegation(LATER * 1000)}"
    f"&vercel-blob-valid-until={UNIX}000",
    "Tencent VOD": f"t={HEX}&exper=60&us=abc&sign={MD5}",
    "Tencent Live": f"txSecret={MD5}&txTime={HEX.upper()}",
    "Symfony": f"_expiration={UNIX}&_hash=abc",
    "KeyCDN": f"token=abc&expire={UNIX}",
    "names in percent signs": f"%45xpires={UNIX}&Key%2DPair%2DId=k&Signature=s",
    "two signatures, the object store's first": f"X-Amz-Date={START}&X-Amz-Expires=3600"
    f"&X-Amz-Signature=f&Expires={LATER}&Key-Pair-Id=k&Signature=s",
    "two signatures, the network's first": f"X-Amz-Date={START}&X-Amz-Expires=7200"
    f"&X-Amz-Signature=f&Expires={UNIX}&Key-Pair-Id=k&Signature=s",
    "one name twice": f"Expires={LATER}&OSSAccessKeyId=k&Expires={UNIX}&Key-Pair-Id=p&Signature=s",
}

PATHS = {
    "ByteDance videos": f"/{MD5}/{HEX}/video/tos/cn/tos-cn-v-1/abc/?a=1&dy_q={ISSUED}"
    "&l=2027030119000001",
    "Bunny": f"/bcdn_token=abc&expires={UNIX}&token_path=%2Fvideos%2F/videos/a.m3u8",
    "Media CDN": f"/edge-cache-token=Expires={UNIX}&KeyName=k&Signature=s/a.mpd",
    "Akamai": f"/hdntl=exp={UNIX}~acl=%2f*~hmac={SHA}/a/clip.mp4",
    "a JWT": f"/{jwt(sub='clip', exp=UNIX)}/downloads/default.mp4",
}

ENDING = {name: f"https://h.example/a.mp4?{query}" for name, query in QUERIES.items()} | {
    f"{name} in the path": f"https://h.example{path}" for name, path in PATHS.items()
}

_ENDLESS_QUERIES = {
    "nothing": "",
    "an exp alone": f"exp={UNIX}000",
    "an se alone": "se=2027-03-01T12:00:00Z",
    "an e alone": f"e={UNIX}",
    "a t alone": f"t={UNIX}&ts={UNIX}&timestamp={UNIX}",
    "an expires alone": f"Expires={UNIX}",
    "an expires in milliseconds alone": f"expires={UNIX}000",
    "an expires beside an empty signature": f"expires={UNIX}&sig=&token=",
    "an x-expires without a signature": f"x-expires={UNIX}",
    "a small x-expires": "x-expires=86400&x-signature=a",
    "a small expires": "expires=86400&sig=abc",
    "a zero": "Expires=0&Signature=s",
    "text": "Expires=tomorrow&Signature=s",
    "digits of another script": "Expires=١٧٩٥٨٣٠١٢١&Signature=s",
    "a number beyond any time": "Expires=99999999999999999999&Signature=s",
    "a negative number": "Expires=-5&Signature=s",
    "seconds given as milliseconds to CloudFront": f"Expires={UNIX // 1000}&Key-Pair-Id=k",
    "Google V2 for ever": "GoogleAccessId=a&Expires=16725225600&Signature=s",
    "seconds after no date": "X-Amz-Expires=3600",
    "seconds after a broken date": "X-Amz-Date=today&X-Amz-Expires=3600",
    "seconds after a date too short": "X-Amz-Date=2027301T11000Z&X-Amz-Expires=3600",
    "AWS seconds that are a date": f"X-Amz-Date={START}&X-Amz-Expires={UNIX}",
    "Google seconds that are a date": f"X-Goog-Date={START}&X-Goog-Expires={UNIX}",
    "TOS seconds that are a date": f"X-Tos-Date={START}&X-Tos-Expires={UNIX}",
    "a billion AWS seconds": f"X-Amz-Date={START}&X-Amz-Expires=1000000000",
    "less than no AWS seconds": f"X-Amz-Date={START}&X-Amz-Expires=-5",
    "TOS seconds without a value": f"X-Tos-Date={START}&X-Tos-Expires",
    "OSS2 with a duration": "x-oss-signature-version=OSS2&x-oss-expires=3600",
    "a date at the end of all dates": "X-Amz-Date=99991231T235959Z&X-Amz-Expires=0",
    "a COS time without its end": f"q-sign-time={UNIX}",
    "a sign that is not COS's": f"sign={UNIX}-im1acp76-0-{MD5}",
    "an se in the basic form": "se=20270301&sig=a",
    "an se of a week": "se=2027-W09-1&sig=a",
    "an se at the end of all dates": "se=9999-12-31T23:59:59Z&sig=a",
    "an se beyond all dates": "se=9999-12-31T23:59:59-14:00&sig=a",
    "an se before all dates": "se=0001-01-01T00:00:00%2B14:00&sig=a",
    "Azure by a stored policy": "sv=2026-10-06&si=pol&sr=b&sig=a",
    "Azure's headers for the answer": "rscd=attachment&rsce=gzip&rscc=max-age&sig=a",
    "a CloudFront policy without a pair": f"Policy={policy(until(UNIX))}",
    "a CloudFront policy with a start only": "Policy="
    + policy({"DateGreaterThan": {"AWS:EpochTime": UNIX}})
    + "&Key-Pair-Id=k",
    "a CloudFront policy that is true": f"Policy={policy(until(True))}&Key-Pair-Id=k",
    "a JWT without an end": f"token={jwt(sub='abc', iat=UNIX, nbf=UNIX)}",
    "a JWT in milliseconds": f"token={jwt(exp=UNIX * 1000)}",
    "a JWT whose end is text": f"token={jwt(exp='soon')}",
    "a JWT that is no token of the link": f"utm={jwt(exp=UNIX)}",
    "a session's JWT": f"X-Amz-Security-Token={jwt(exp=UNIX)}",
    "a UUID": "alt=media&token=00000000-0000-4000-8000-000000000000",
    "Akamai without an hmac": f"hdnts=exp={UNIX}~acl=/*",
    "Akamai, a start only": f"hdnts=st={UNIX}~acl=/*~hmac={MD5}",
    "Akamai in an encoded link": "url="
    + quote(f"https://h/a?hdnts=st={ISSUED}~exp={UNIX}~hmac={MD5}", safe=""),
    "Cloudinary without its key": f"expires_at={UNIX}&signature=s",
    "BOS for ever": f"authorization={_BOS.replace('3600', '-1')}",
    "BOS less than for ever": f"authorization={_BOS.replace('3600', '-2')}",
    "B2": f"Authorization=3_20270301_{UNIX}",
    "Qiniu's upload token": f"e={UNIX}&token=AK:abc:eyJzY29wZSI6ImIifQ==",
    "Discord without its hash": f"ex={HEX}&is={ISSUED:x}",
    "ImageKit without an end": f"ik-s={MD5}",
    "ImageKit for ever": f"ik-t=9999999999&ik-s={MD5}",
    "Kling without its secret": f"ksTime={HEX}",
    "Kling in decimal digits": f"ksSecret={MD5}&ksTime={UNIX}",
    "Vercel's delegation alone": f"vercel-blob-delegation={delegation(UNIX * 1000)}",
    "Vercel in seconds": f"{_VERCEL}{delegation(UNIX)}",
    "Tencent D, or Qiniu's network": f"sign={MD5}&t={HEX}",
    "Aliyun A": f"auth_key={UNIX}-0-0-{MD5}",
    "Huawei C2": f"auth_key={MD5}&timestamp={HEX}",
    "Wangsu": f"wsSecret={MD5}&wsTime={HEX}",
    "F": f"sign={MD5}&time={UNIX}",
    "a time issued": f"timestamp={UNIX}&signature=abc",
    "an encoded link inside": "url="
    + quote(f"https://b.oss.example/a.mp4?Expires={UNIX}&Signature=abc&OSSAccessKeyId=k", safe=""),
    "a time behind the number sign": f"x=1#Expires={UNIX}&Signature=s",
    "only headers for the answer": f"response-expires={UNIX}&Signature=s",
}

_ENDLESS_PATHS = {
    "Aliyun B": f"/202703012000/{MD5}/clip.mp4",
    "Volcengine B": f"/{UNIX}/{MD5}/clip.mp4",
    "Volcengine B in hexadecimal": f"/{HEX}/{MD5}/clip.mp4",
    "C": f"/{MD5}/{HEX}/video/clip.mp4",
    "C with a video behind it": f"/{MD5}/{HEX}/video/tosca.mp4",
    "Cloudinary": "/image/upload/s--AbCdEf12--/w_400/clip.png",
    "ByteDance behind the number sign": f"/a.mp4#/{MD5}/{HEX}/video/tos/a",
    "a step that only looks like a query": f"/w=200&expires={UNIX}/clip.mp4",
}

ENDLESS = {name: f"https://h.example/a.mp4?{q}" for name, q in _ENDLESS_QUERIES.items()} | {
    name: f"https://h.example{path}" for name, path in _ENDLESS_PATHS.items()
}
