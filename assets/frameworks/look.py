"""Says, as JSON, the version of the Python that runs it and those of the packages named; imports none of them."""

import json
import platform
import sys
from importlib import metadata

ALSO = {"tensorflow": ("tensorflow-cpu", "tensorflow-macos", "tensorflow-intel")}  # under which names it comes as well


def version(name):
    for one in (name, *ALSO.get(name, ())):
        try:
            return metadata.version(one)
        except metadata.PackageNotFoundError:
            pass
    return ""


found = {name: version(name) for name in sys.argv[1:]}
print(json.dumps({"version": platform.python_version(), "packages": found}))
