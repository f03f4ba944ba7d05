"""What distributions are imported as, where that is not their name."""

from __future__ import annotations

import re
from typing import Final

_IMPORTED_AS: Final = {
    "attrs": ("attr", "attrs"), "beautifulsoup4": ("bs4",), "biopython": ("Bio",), "dnspython": ("dns",),
    "faiss-cpu": ("faiss",), "gitpython": ("git",), "google-api-python-client": ("googleapiclient", "apiclient"),
    "mysqlclient": ("MySQLdb",), "opencv-python": ("cv2",), "opencv-python-headless": ("cv2",),
    "paho-mqtt": ("paho",), "pillow": ("PIL",), "protobuf": ("google.protobuf",),
    "psycopg2-binary": ("psycopg2",), "pycryptodome": ("Crypto",), "pyjwt": ("jwt",),
    "pynacl": ("nacl",), "pyopenssl": ("OpenSSL",), "pyserial": ("serial",), "pyside6": ("PySide6", "shiboken6"),
    "python-dateutil": ("dateutil",), "python-dotenv": ("dotenv",), "python-jose": ("jose",),
    "python-ldap": ("ldap",), "python-magic": ("magic",), "python-multipart": ("multipart", "python_multipart"),
    "python-slugify": ("slugify",), "pyyaml": ("yaml",), "pyzmq": ("zmq",), "ruamel-yaml": ("ruamel",),
    "scikit-image": ("skimage",), "scikit-learn": ("sklearn",), "setuptools": ("setuptools", "pkg_resources"),
    "umap-learn": ("umap",), "websocket-client": ("websocket",),
}  # fmt: skip
"""Normalised names -> what is imported; only well-known ones, since what is installed says nothing of the project."""
_NAMESPACES: Final = {"azure", "backports", "google", "opentelemetry", "zope"}
"""What many distributions share: `google-cloud-storage` is a part of it."""


def import_names(distribution: str) -> tuple[str, ...]:
    """What the modules of a distribution may be called at the top, its own name first, in each spelling there is."""
    plain = re.sub(r"[-_.]+", "-", distribution.strip()).lower()
    own = distribution.strip()
    spelt = (own, own.replace("-", "_"), plain.replace("-", "_"))
    shared = plain.partition("-")[0]
    more = _IMPORTED_AS.get(plain, ()) + ((plain.replace("-", "."),) if shared in _NAMESPACES else ())
    return tuple(dict.fromkeys((*spelt, *more)))
