"""What `rushes help bucket` says."""

from collections.abc import Iterable

from rushes.providers.language import _, catalogued
from rushes.tui.shell.shell import Shell

_BUCKET = catalogued("""\
[download]
dir = "s3://dailies/rushes"       # or gs://bucket/prefix, az://container/prefix
prove = "read"                    # "size" where reading back costs too much

It needs an extra: pip install 'rushes[bucket]'. Who you are at the store, and where it is, the
environment says, or the machine's own role: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
AWS_SESSION_TOKEN, AWS_REGION, and AWS_ENDPOINT_URL for a store that is not Amazon's;
GOOGLE_APPLICATION_CREDENTIALS; AZURE_STORAGE_ACCOUNT_NAME, AZURE_STORAGE_ACCOUNT_KEY. A profile is
given so: eval "$(aws configure export-credentials --profile studio --format env)".

A file is fetched into [download] staging on this machine as it would be into a folder, then put,
read back and compared by its SHA-256. Only when that is noted does the staged file go. After a kill
or while the store is away it waits there, and its gateway is not asked for it again.

Nothing in the bucket is replaced. A name that is taken gets -2, -3. A file of up to 5 GB goes in
one request, of which a kill leaves nothing. Longer ones go in parts, which no store can refuse for
their name: they get eight digits of a digest. So does every file in a store that lets a second
object of a name through; that is tried with .rushes-probe, and noted of each file. Rights that are
needed: put, get, head and list below the prefix, none to delete.

Nothing begins to be put while a file waits to be fetched whose link ends within ten minutes: a link
dies, a staged file does not.

An upload in parts that was cut off is paid for and not seen until this rule ends it:
aws s3api put-bucket-lifecycle-configuration --bucket dailies --lifecycle-configuration
  '{"Rules": [{"ID": "orphans", "Status": "Enabled", "Filter": {"Prefix": ""},
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}]}'

verify reads objects back. o opens one by a link that is signed for an hour, or a copy of it where
the credentials sign none. get --dir copies it into a folder, and takes what is still staged from
there. An object that was removed is found by verify alone; get --force fetches it again.
""")


def lines(_shell: Shell) -> Iterable[str]:
    """The page, line by line."""
    return _(_BUCKET).splitlines()
