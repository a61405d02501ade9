"""Links as the vendors' signers write them, with keys that were made up.

`ENDING` has links that all die at AT, `ENDLESS` those that name no end, by what they are.
"""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote, unquote

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


def _basic(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y%m%dT%H%M%SZ")


def _iso(at: int, offset: int = 0, ending: str = "Z") -> str:
    moment = datetime.fromtimestamp(at + offset, UTC)
    return quote(moment.strftime("%Y-%m-%dT%H:%M:%S") + ending, safe="")


_BOS = "bce-auth-v1/AK/2027-03-01T11:00:00Z/3600//" + SHA
_AZURE = "sv=2026-10-06&sr=b&sp=r&sig=a%2Bb%3D"
_KEY = "skoid=o&sktid=t&skt=2027-03-01T00%3A00%3A00Z"
_VERCEL = "vercel-blob-signature=s&vercel-blob-delegation="


def queries(end: int) -> dict[str, str]:
    """The queries of links that die at `end` (Unix seconds), by the family that signs so."""
    issued, later, start = end - 3600, end + 3600, _basic(end - 3600)
    iso, late = _iso(end), _iso(later)
    bos = _BOS.replace("2027-03-01T11:00:00Z", unquote(_iso(issued)))
    cos = f"q-sign-algorithm=sha1&q-ak=AK&q-sign-time={issued};{end}&q-key-time={issued};{end}"
    edge = f"st={issued}~exp={end}~acl=/a/*!/b/*~hmac={MD5}"
    return {
        "AWS V4": f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date={start}&X-Amz-Expires=3600"
        "&X-Amz-Signature=f",
        "AWS V4 in lower case, the seconds first": f"x-amz-expires=3600&x-amz-date={start}",
        "AWS V4 with a session's token": f"X-Amz-Date={start}&X-Amz-Expires=3600"
        f"&X-Amz-Security-Token={jwt(exp=issued)}&X-Amz-Signature=f",
        "AWS V2": f"AWSAccessKeyId=k&Expires={end}&Signature=s",
        "Google V4": f"X-Goog-Date={start}&X-Goog-Expires=3600&X-Goog-Signature=f",
        "Google V2": f"GoogleAccessId=a%40b&Expires={end}&Signature=s",
        "OSS V1": f"Expires={end}&OSSAccessKeyId=k&Signature=a%2Bb&response-expires={later}",
        "OSS2": f"x-oss-signature-version=OSS2&x-oss-expires={end}&x-oss-signature=s",
        "OSS V4": f"x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-date={start}&x-oss-expires=3600",
        "OSS V4 with an absolute time": f"x-oss-date={start}&x-oss-expires={end}",
        "TOS": f"X-Tos-Date={start}&X-Tos-Expires=3600&X-Tos-Signature=f",
        "OBS V4": f"X-Obs-Date={start}&X-Obs-Expires=3600&X-Obs-Signature=f",
        "COS": f"{cos}&q-signature=s",
        "COS, escaped": f"q-sign-time={issued}%3B{later}&q-key-time={issued}%3B{end}",
        "COS in one parameter": f"sign={quote(cos.replace(';', '%3B'), safe='')}",
        "Azure": f"st=2027-02-28T23%3A00%3A00Z&se={iso}&{_AZURE}",
        "Azure with an offset": f"se={_iso(end, 8 * 3600, '+08:00')}&{_AZURE}",
        "Azure with a fraction": f"se={_iso(end, ending='.0000000Z')}&{_AZURE}",
        "Azure, the user's key ends first": f"se={late}&{_KEY}&ske={iso}&{_AZURE}",
        "Azure, the user's key ends later": f"ske={late}&{_KEY}&se={iso}&{_AZURE}",
        "CloudFront, canned": f"Expires={end}&Key-Pair-Id=k&Signature=s",
        "CloudFront, custom": f"Policy={policy(until(end))}&Key-Pair-Id=k&Signature=s",
        "CloudFront, both": f"Policy={policy(until(end))}&Expires={later}&Key-Pair-Id=k",
        "OBS": f"AccessKeyId=k&Expires={end}&Signature=s",
        "KS3": f"KSSAccessKeyId=k&Expires={end}&Signature=s",
        "UCloud": f"UCloudPublicKey=k&Expires={end}&Signature=s",
        "QingStor": f"access_key_id=k&expires={end}&signature=s",
        "imgix": f"w=400&expires={end}&s={MD5}",
        "Bunny": f"token=abc&expires={end}",
        "nginx": f"md5=abc&expires={end}",
        "Media CDN": f"Expires={end}&KeyName=k&Signature=s",
        "UploadThing": f"expires={end}000&signature=hmac-sha256%3D{SHA}",
        "a framework's signed route": f"expires={end}&signature={SHA}",
        "a token of another name": f"expires={end}&cdn_token=abc",
        "exp in milliseconds": f"exp={end}000&sig=a",
        "exp in seconds": f"exp={end}&sig=a",
        "ByteDance images": f"lk3s=4fa96020&x-expires={end}&x-signature=AbCd%2BEf%3D",
        "Kling": f"x-kcdn-pid=1&ksSecret={MD5}&ksTime={end:x}",
        "Runway": f"_jwt={jwt(keyHash='0', bucket='b', exp=end)}",
        "Supabase": f"width=200&token={jwt(url='v/a.mp4', iat=issued, nbf=later, exp=end)}",
        "a JWT with a time that has a fraction": f"token={jwt(exp=float(end))}",
        "Akamai": f"hdnts={edge}",
        "Akamai, the end first": f"__token__=exp={end}~acl=/*~hmac={SHA}",
        "Akamai, escaped, of another name": f"anything={quote(edge, safe='')}",
        "Cloudinary's token": f"__cld_token__={edge}",
        "Media CDN's token": f"edge-cache-token=FullPath~Expires={end}~hmac={SHA}",
        "Cloudinary's download": f"timestamp={issued}&expires_at={end}&signature=s&api_key=1",
        "BOS": f"authorization={quote(bos, safe='')}",
        "BOS, bare": f"authorization={bos.replace('v1', 'v2')}",
        "Qiniu": f"imageView2/2/w/200&e={end}&token=AK:TcL-Cs1Dof6_kt60U=",
        "Qiniu, escaped": f"e={end}&token=AK%3ATcL-Cs1Dof6_kt60U%3D",
        "Discord": f"ex={end:x}&is={issued:x}&hm={SHA}&",
        "Discord, with a stray sign": f"ex={end:x}&is={issued:x}&hm={SHA}&=&format=webp",
        "ImageKit": f"tr=w-400&ik-t={end}&ik-s={MD5}",
        "Upyun": f"_upt=12345678{end}",
        "Vercel Blob": f"{_VERCEL}{delegation(end * 1000)}",
        "Vercel Blob, of its own end": f"{_VERCEL}{delegation(later * 1000)}"
        f"&vercel-blob-valid-until={end}000",
        "Tencent VOD": f"t={end:x}&exper=60&us=abc&sign={MD5}",
        "Tencent Live": f"txSecret={MD5}&txTime={end:X}",
        "Symfony": f"_expiration={end}&_hash=abc",
        "KeyCDN": f"token=abc&expire={end}",
        "Swift": f"temp_url_sig={MD5}&temp_url_expires={end}",
        "Swift in ISO 8601": f"temp_url_sig={MD5}&temp_url_expires={iso}",
        "Sanity": f"keyid=k&expiry={iso}&signature=s",
        "names in percent signs": f"%45xpires={end}&Key%2DPair%2DId=k&Signature=s",
        "two signatures, the object store's first": f"X-Amz-Date={start}&X-Amz-Expires=3600"
        f"&X-Amz-Signature=f&Expires={later}&Key-Pair-Id=k&Signature=s",
        "two signatures, the network's first": f"X-Amz-Date={start}&X-Amz-Expires=7200"
        f"&X-Amz-Signature=f&Expires={end}&Key-Pair-Id=k&Signature=s",
        "one name twice": f"Expires={later}&OSSAccessKeyId=k&Expires={end}&Key-Pair-Id=p",
    }


def paths(end: int) -> dict[str, str]:
    """The same with the signature in the path."""
    issued = end - 3600
    return {
        "ByteDance videos": f"/{MD5}/{end:x}/video/tos/cn/tos-cn-v-1/abc/?a=1&dy_q={issued}"
        "&l=2027030119000001",
        "Bunny": f"/bcdn_token=abc&expires={end}&token_path=%2Fvideos%2F/videos/a.m3u8",
        "Media CDN": f"/edge-cache-token=Expires={end}&KeyName=k&Signature=s/a.mpd",
        "Akamai": f"/hdntl=exp={end}~acl=%2f*~hmac={SHA}/a/clip.mp4",
        "Akamai, nameless": f"/exp={end}~acl=%2Fa%2F*~hmac={SHA}/a/clip.mp4",
        "a JWT": f"/{jwt(sub='clip', exp=end)}/downloads/default.mp4",
    }


ENDING = {name: f"https://h.example/a.mp4?{query}" for name, query in queries(UNIX).items()} | {
    f"{name} in the path": f"https://h.example{path}" for name, path in paths(UNIX).items()
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
    "an expires beside a session's token": f"expires={UNIX}&X-Amz-Security-Token=t",
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
    "Swift without its signature": f"temp_url_expires={UNIX}",
    "an expiry alone": "expiry=2027-03-01T12:00:00Z",
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
