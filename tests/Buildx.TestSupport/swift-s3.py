"""A whole OpenStack Swift in one process, with its S3 API, on 127.0.0.1 and free ports.

swift-s3.py DIRECTORY REGION ACCESS-KEY SECRET-KEY BUCKET...    makes the buckets, says where it listens, and serves until it is ended.
ACCESS-KEY is ACCOUNT:USER. All data is in DIRECTORY, whose file system needs extended attributes.
"""
import os
import sys

import eventlet

eventlet.patcher.monkey_patch()

from eventlet import wsgi  # noqa: E402
from swift.common import utils  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.storage_policy import reload_storage_policies  # noqa: E402
from swift.common.swob import Request  # noqa: E402

directory, region, access_key, secret_key, *buckets = sys.argv[1:]
account, user = access_key.split(":")


def write(name, text):
    path = os.path.join(directory, name)
    with open(path, "w") as file:
        file.write(text)
    return path


common = f"""[DEFAULT]
swift_dir = {directory}
devices = {directory}/devices
mount_check = false
"""
os.makedirs(f"{directory}/devices/one")
utils.SWIFT_CONF_FILE = write("swift.conf", "[swift-hash]\nswift_hash_path_suffix = tests\nswift_hash_path_prefix = tests\n")
utils.validate_hash_conf()
reload_storage_policies()

sockets = {name: eventlet.listen(("127.0.0.1", 0), backlog=128) for name in ("account", "container", "object", "proxy")}
configurations = {}
for name in ("account", "container", "object"):
    port = sockets[name].getsockname()[1]
    ring = RingBuilder(2, 1, 0)
    ring.add_dev({
        "id": 0, "region": 1, "zone": 1, "weight": 1, "device": "one", "meta": "",
        "ip": "127.0.0.1", "port": port, "replication_ip": "127.0.0.1", "replication_port": port,
    })
    ring.rebalance()
    ring.get_ring().save(f"{directory}/{name}.ring.gz")
    configurations[name] = write(f"{name}.conf", f"{common}\n[pipeline:main]\npipeline = app\n[app:app]\nuse = egg:swift#{name}\n")
proxy = f"""
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:s3api]
use = egg:swift#s3api
location = {region}
[filter:tempauth]
use = egg:swift#tempauth
user_{account}_{user} = {secret_key} .admin
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
"""
configurations["proxy"] = write("proxy.conf", f"{common}\n[pipeline:main]\npipeline = catch_errors s3api tempauth slo dlo proxy-server\n{proxy}")
inside = write("inside.conf", f"{common}\n[pipeline:main]\npipeline = catch_errors proxy-server\n{proxy}")

from swift.common.wsgi import SwiftHttpProtocol, loadapp  # noqa: E402


class Memory:
    """What Swift asks of memcached, which a single process does not need."""

    def __init__(self):
        self.values = {}

    def get(self, key, *args, **options):
        return self.values.get(key)

    def set(self, key, value, *args, **options):
        self.values[key] = value

    def delete(self, key, *args, **options):
        self.values.pop(key, None)


def with_memory(application, memory=Memory()):
    def call(environment, start_response):
        environment["swift.cache"] = memory
        return application(environment, start_response)

    return call


silence = open(os.devnull, "w")
for name, socket in sockets.items():
    eventlet.spawn(wsgi.server, socket, with_memory(loadapp(configurations[name])), log=silence, protocol=SwiftHttpProtocol)
application = loadapp(inside)
for bucket in buckets:
    response = Request.blank(f"/v1/AUTH_{account}/{bucket}", method="PUT").get_response(application)
    if not response.is_success:
        sys.exit(f"the bucket {bucket} could not be made: {response.status}")
print(f"listening on 127.0.0.1:{sockets['proxy'].getsockname()[1]}", flush=True)
eventlet.event.Event().wait()
