"""What is known of libraries that cache: their decorators, and the classes of their caches."""

from __future__ import annotations

import re
from typing import Final, Literal

import msgspec

from overhaul.patterns import regex


class Memoiser(msgspec.Struct, frozen=True):
    """Something that makes a function remember its results."""

    name: str
    """Dotted; of the project's own with its module."""
    bounded: bool | None = None
    ttl: bool | None = None
    single: bool = False
    """Keeps one value for each instance: a property."""
    outside: bool = False
    """Keeps values outside of the process."""
    coroutines: bool = False
    """Awaits what it is given and keeps the result."""
    own: bool = False
    """The project's own."""
    none: Literal["stored", "miss", ""] = ""
    locked: bool | None = None


def _table(*rows: Memoiser) -> dict[str, Memoiser]:
    return {row.name: row for row in rows}


UNIFIED: Final = "overhaul.unified."
"""What the names of the implementations begin with that a codebase migrates to, where they are installed."""

DECORATORS: Final = _table(
    Memoiser("functools.lru_cache", True, False, none="stored", locked=True),
    Memoiser("functools.cache", False, False, none="stored", locked=True),
    Memoiser("functools.cached_property", None, False, single=True, none="stored", locked=False),
    Memoiser("functools32.lru_cache", True, False, none="stored"),
    Memoiser("backports.functools_lru_cache.lru_cache", True, False, none="stored"),
    Memoiser("fastcache.clru_cache", True, False, none="stored"),
    Memoiser("fastcache.lru_cache", True, False, none="stored"),
    Memoiser("methodtools.lru_cache", True, False, none="stored"),
    Memoiser("cachetools.cached", None, None, none="stored"),
    Memoiser("cachetools.cachedmethod", None, None, none="stored"),
    Memoiser("cachetools.func.lru_cache", True, False, none="stored", locked=True),
    Memoiser("cachetools.func.fifo_cache", True, False, none="stored", locked=True),
    Memoiser("cachetools.func.lfu_cache", True, False, none="stored", locked=True),
    Memoiser("cachetools.func.mru_cache", True, False, none="stored", locked=True),
    Memoiser("cachetools.func.rr_cache", True, False, none="stored", locked=True),
    Memoiser("cachetools.func.ttl_cache", True, True, none="stored", locked=True),
    Memoiser("cachetools_async.cached", None, None, coroutines=True),
    Memoiser("asyncache.cached", None, None, coroutines=True),
    Memoiser("asyncache.cachedmethod", None, None, coroutines=True),
    Memoiser("async_lru.alru_cache", True, False, coroutines=True, none="stored"),
    Memoiser("async_cache.AsyncLRU", True, False, coroutines=True),
    Memoiser("async_cache.AsyncTTL", True, True, coroutines=True),
    Memoiser("cache.AsyncLRU", True, False, coroutines=True),
    Memoiser("cache.AsyncTTL", True, True, coroutines=True),
    Memoiser("aiocache.cached", None, True, coroutines=True),
    Memoiser("aiocache.cached_stampede", None, True, coroutines=True),
    Memoiser("aiocache.multi_cached", None, True, coroutines=True),
    Memoiser("aiocache.decorators.cached", None, True, coroutines=True),
    Memoiser("fastapi_cache.decorator.cache", None, True, coroutines=True, outside=True),
    Memoiser("cashews.cache", None, True, coroutines=True),
    Memoiser("propcache.cached_property", None, False, single=True),
    Memoiser("propcache.under_cached_property", None, False, single=True),
    Memoiser("propcache.api.cached_property", None, False, single=True),
    Memoiser("propcache.api.under_cached_property", None, False, single=True),
    Memoiser("yarl._url.cached_property", None, False, single=True),
    Memoiser("aiohttp.helpers.reify", None, False, single=True),
    Memoiser("pyramid.decorator.reify", None, False, single=True),
    Memoiser("cached_property.cached_property", None, False, single=True),
    Memoiser("cached_property.threaded_cached_property", None, False, single=True, locked=True),
    Memoiser("cached_property.cached_property_with_ttl", None, True, single=True),
    Memoiser("cached_property.timed_cached_property", None, True, single=True),
    Memoiser("cached_property.threaded_cached_property_with_ttl", None, True, single=True, locked=True),
    Memoiser("async_property.async_cached_property", None, False, single=True, coroutines=True),
    Memoiser("werkzeug.utils.cached_property", None, False, single=True, none="stored"),
    Memoiser("boltons.cacheutils.cached", None, None),
    Memoiser("boltons.cacheutils.cachedmethod", None, None),
    Memoiser("boltons.cacheutils.cachedproperty", None, False, single=True),
    Memoiser("django.utils.functional.cached_property", None, False, single=True, none="stored", locked=False),
    Memoiser("django.views.decorators.cache.cache_page", None, True, outside=True),
    Memoiser("django.utils.decorators.cached_property", None, False, single=True),
    Memoiser("sqlalchemy.util.memoized_property", None, False, single=True),
    Memoiser("sqlalchemy.util.memoized_instancemethod", None, False, single=True),
    Memoiser("sqlalchemy.util.langhelpers.memoized_property", None, False, single=True),
    Memoiser("sqlalchemy.ext.hybrid.hybrid_memoized", None, False, single=True),
    Memoiser("pandas.util._decorators.cache_readonly", None, False, single=True),
    Memoiser("pandas._libs.properties.cache_readonly", None, False, single=True),
    Memoiser("sympy.core.cache.cacheit", True, False),
    Memoiser("kombu.utils.objects.cached_property", None, False, single=True),
    Memoiser("kombu.utils.cached_property", None, False, single=True),
    Memoiser("kombu.utils.functional.memoize", True, False),
    Memoiser("celery.utils.functional.memoize", True, False),
    Memoiser("celery.utils.objects.cached_property", None, False, single=True),
    Memoiser("streamlit.cache_data", None, None),
    Memoiser("streamlit.cache_resource", None, None),
    Memoiser("streamlit.cache", None, None),
    Memoiser("streamlit.experimental_memo", None, None),
    Memoiser("streamlit.experimental_singleton", None, None),
    Memoiser("toolz.memoize", False, False),
    Memoiser("toolz.functoolz.memoize", False, False),
    Memoiser("cytoolz.memoize", False, False),
    Memoiser("funcy.memoize", False, False),
    Memoiser("funcy.cache", None, True),
    Memoiser("funcy.cached_property", None, False, single=True),
    Memoiser("funcy.make_lookuper", False, False),
    Memoiser("more_itertools.cached", None, None),
    Memoiser("ring.lru", True, None),
    Memoiser("ring.dict", False, None),
    Memoiser("ring.redis", None, None, outside=True),
    Memoiser("ring.memcache", None, None, outside=True),
    Memoiser("ring.disk", None, None, outside=True),
    Memoiser("cacheout.memoize", None, None),
    Memoiser("cacheout.lru_memoize", True, None),
    Memoiser("cachier.cachier", None, None, outside=True),
    Memoiser("cachier.core.cachier", None, None, outside=True),
    Memoiser("memoization.cached", None, None),
    Memoiser("theine.Memoize", True, None),
    Memoiser("theine.decorators.Memoize", True, None),
    Memoiser("percache.Cache", None, None, outside=True),
    Memoiser("flask_caching.cached", None, None),
    Memoiser("hishel.cached", None, None),
    Memoiser("tornado.util.cached_property", None, False, single=True),
    Memoiser("zope.cachedescriptors.property.Lazy", None, False, single=True),
    Memoiser("zope.cachedescriptors.property.CachedProperty", None, False, single=True),
    Memoiser("zope.cachedescriptors.method.cachedIn", None, False),
    Memoiser("plone.memoize.ram.cache", None, None),
    Memoiser("plone.memoize.view.memoize", None, None),
    Memoiser("plone.memoize.instance.memoize", None, None),
    Memoiser("jax.util.cache", True, False),
    Memoiser("monty.functools.lru_cache", True, False),
    Memoiser("monty.functools.lazy_property", None, False, single=True),
    Memoiser("twisted.python.util.cached_property", None, False, single=True),
    Memoiser("invenio_cache.decorators.cached_unless_authenticated", None, None),
    Memoiser("beaker.cache.cache_region", None, None),
    Memoiser("lazy.lazy", None, False, single=True),
    Memoiser("lazy_object_proxy.utils.cached_property", None, False, single=True),
    Memoiser("aiomisc.cached_property", None, False, single=True),
    Memoiser("pip._vendor.cachecontrol.cached", None, None),
    Memoiser("discord.utils.cached_property", None, False, single=True),
    Memoiser("discord.utils.cached_slot_property", None, False, single=True),
    Memoiser("disnake.utils.cached_property", None, False, single=True),
    Memoiser("disnake.utils.cached_slot_property", None, False, single=True),
    Memoiser("nextcord.utils.cached_property", None, False, single=True),
)
"""By dotted name, as it is imported."""

METHODS: Final = _table(
    Memoiser("joblib.Memory.cache", None, None, outside=True),
    Memoiser("joblib.memory.Memory.cache", None, None, outside=True),
    Memoiser("sklearn.externals.joblib.Memory.cache", None, None, outside=True),
    Memoiser("flask_caching.Cache.cached", None, True),
    Memoiser("flask_caching.Cache.memoize", None, True),
    Memoiser("flask_cache.Cache.cached", None, True),
    Memoiser("flask_cache.Cache.memoize", None, True),
    Memoiser("diskcache.Cache.memoize", None, None, outside=True),
    Memoiser("diskcache.FanoutCache.memoize", None, None, outside=True),
    Memoiser("dogpile.cache.make_region.cache_on_arguments", None, None),
    Memoiser("dogpile.cache.make_region.cache_multi_on_arguments", None, None),
    Memoiser("dogpile.cache.region.make_region.cache_on_arguments", None, None),
    Memoiser("dogpile.cache.region.CacheRegion.cache_on_arguments", None, None),
    Memoiser("cacheout.Cache.memoize", None, None),
    Memoiser("cacheout.CacheManager.memoize", None, None),
    Memoiser("beaker.cache.CacheManager.cache", None, None),
    Memoiser("beaker.cache.CacheManager.region", None, None),
    Memoiser("werkzeug.contrib.cache.SimpleCache.cached", None, None),
    Memoiser("huey.RedisHuey.lock_task", None, None),
)
"""By the class (or the function that makes the object) and the method that decorates."""

DECORATING_METHODS: Final = frozenset(name.rpartition(".")[2] for name in METHODS) - {"lock_task", "region"}
LAST_NAMES: Final = frozenset(name.rpartition(".")[2] for name in DECORATORS) | DECORATING_METHODS

SPEAKING: Final = regex(
    r"(?:^|_)(?:a?lru|ttl|lfu|async|timed|simple|thread\w*|local|global|request|class|instance|method|property|func|memo)?"
    r"_?(?:cache|cached|caching|memoi[sz]ed?|memoi[sz]e\w*|cachedmethod|cached_?property\w*|memo|lazy_?property|reify|"
    r"cache_?readonly|cacheit|lazyproperty)(?:_\w+)?$|^cached?[A-Z]|^Cached?(?:$|[A-Z])|^(?:lazy|Lazy)(?:_?[Pp]roperty)$"
)
"""The last names of decorators that say that they cache."""

SPEAKING_AGAINST: Final = regex(
    r"never|no_?cache|nocache|control|invalidat|clear|flush|disable|without|skip|bypass|purge|evict|reset|uncache|expire|"
    r"delete|stats|info$|warm|check|hit|miss|refresh|update|_key$|lock",
    re.IGNORECASE,
)
"""What such a name says when it means something else that has to do with caches."""

CONTAINERS: Final[dict[str, tuple[bool | None, bool | None, bool]]] = {
    "cachetools.TTLCache": (True, True, False), "cachetools.LRUCache": (True, False, False),
    "cachetools.LFUCache": (True, False, False), "cachetools.FIFOCache": (True, False, False),
    "cachetools.MRUCache": (True, False, False), "cachetools.RRCache": (True, False, False),
    "cachetools.TLRUCache": (True, True, False), "cachetools.Cache": (True, False, False),
    "cachetools.ttl.TTLCache": (True, True, False), "cachetools.lru.LRUCache": (True, False, False),
    "diskcache.Cache": (True, None, True), "diskcache.FanoutCache": (True, None, True),
    "diskcache.Index": (False, False, True), "diskcache.Deque": (None, False, True),
    "expiringdict.ExpiringDict": (True, True, False), "cacheout.Cache": (True, None, False),
    "cacheout.LRUCache": (True, None, False), "cacheout.LFUCache": (True, None, False),
    "cacheout.FIFOCache": (True, None, False), "cacheout.CacheManager": (None, None, False),
    "lru.LRU": (True, False, False), "pylru.lrucache": (True, False, False), "lru_dict.LRU": (True, False, False),
    "boltons.cacheutils.LRU": (True, False, False), "boltons.cacheutils.LRI": (True, False, False),
    "aiocache.Cache": (None, None, False), "aiocache.SimpleMemoryCache": (None, None, False),
    "aiocache.RedisCache": (None, None, True), "aiocache.MemcachedCache": (None, None, True),
    "aiocache.caches.get": (None, None, False), "cashews.Cache": (None, True, False),
    "flask_caching.Cache": (None, True, False), "flask_cache.Cache": (None, True, False),
    "cachelib.SimpleCache": (True, True, False), "cachelib.FileSystemCache": (True, True, True),
    "cachelib.RedisCache": (None, True, True), "cachelib.simple.SimpleCache": (True, True, False),
    "cachelib.file.FileSystemCache": (True, True, True), "werkzeug.contrib.cache.SimpleCache": (True, True, False),
    "joblib.Memory": (None, False, True), "joblib.memory.Memory": (None, False, True),
    "dogpile.cache.make_region": (None, None, False), "dogpile.cache.region.make_region": (None, None, False),
    "dogpile.cache.region.CacheRegion": (None, None, False), "beaker.cache.CacheManager": (None, None, False),
    "repoze.lru.LRUCache": (True, False, False), "repoze.lru.ExpiringLRUCache": (True, True, False),
    "django.core.cache.caches": (None, True, True), "requests_cache.CachedSession": (None, True, True),
    "requests_cache.backends.SQLiteCache": (None, True, True), "aiohttp_client_cache.CachedSession": (None, True, True),
    "theine.Cache": (True, None, False), "theine.TypedCache": (True, None, False),
    "mako.cache.Cache": (None, None, False), "pymemcache.client.base.Client": (None, None, True),
    "pylibmc.Client": (None, None, True), "cachecontrol.caches.FileCache": (None, None, True),
    "cachecontrol.caches.file_cache.FileCache": (None, None, True), "jinja2.utils.LRUCache": (True, False, False),
    "jinja2.FileSystemBytecodeCache": (None, None, True), "kombu.utils.functional.LRUCache": (True, False, False),
    "celery.utils.functional.LRUCache": (True, False, False), "memoization.cached": (None, None, False),
    "sqlalchemy.util.LRUCache": (True, False, False), "vine.utils.LRUCache": (True, False, False),
    "twisted.python.dist3.LRUCache": (True, False, False), "cacheable.Cache": (None, None, False),
    "persidict.FileDirDict": (None, None, True), "streamlit.cache": (None, None, False),
    "fontTools.misc.lazyTools.LazyDict": (None, None, False), "asyncstdlib.lru_cache": (True, False, False),
    "dns.resolver.Cache": (None, True, False), "dns.resolver.LRUCache": (True, True, False),
    "dns.asyncresolver.LRUCache": (True, True, False), "zeep.cache.SqliteCache": (None, True, True),
    "zeep.cache.InMemoryCache": (None, True, False), "zeep.cache.Base": (None, None, False),
}  # fmt: skip
"""Classes (and functions) of libraries whose objects are caches -> bounded, expires, outside the process."""

CONTAINER_LAST: Final = frozenset(name.rpartition(".")[2] for name in CONTAINERS)

LIVE_WORDS: Final = regex(
    r"client|connection|connector|session|socket|channel|lock|semaphore|mutex|thread|process(?:$|or)|task|timer|handler|"
    r"logger|queue|event(?:$|loop|_loop|bus)|(?<!local)pool|executor|worker|manager|server|listener|future|coordinator|"
    r"engine|proxy|scheduler|reactor|loop|stream|driver|subscri|watcher|observer|condition|transport|consumer|producer|"
    r"publisher|broker|device|websocket|conn$|cursor|controller|daemon|monitor|runner|deferred|call_?later|popen|window|"
    r"widget|barrier|tunnel|protocol|factory$|dispatcher|registry|gateway|subprocess|container$|tracer|collector|backend|"
    r"storage$|service|adapter|bot$|plugin|provider|strategy|agent$|application|(?:^|_)app$|request$|exchange|feed$",
    re.IGNORECASE,
)
"""Words for things that have an identity or a life: connections, tasks, handlers, locks."""

LIFE: Final = frozenset({
    "start", "stop", "close", "aclose", "shutdown", "run", "connect", "disconnect", "cancel", "open", "terminate",
    "kill", "join", "acquire", "release", "send", "subscribe", "unsubscribe", "publish", "emit", "setup", "teardown",
    "async_setup", "async_shutdown", "async_start", "async_stop", "initialize", "dispose", "listen", "serve",
    "register",
    "__enter__", "__aenter__", "commit", "rollback", "write", "put", "notify", "dispatch", "pause", "resume", "unload",
    "set_result", "callback", "errback", "wait", "process", "handle", "step", "tick", "on_start", "on_stop", "request",
    "add_done_callback", "stopListening", "startListening", "loseConnection", "begin", "flush", "reconnect", "login",
    "logout", "detach", "attach", "execute", "feed", "add_listener", "add_handler", "reset",
})  # fmt: skip
"""Methods of what lives, does things and ends."""

VALUES: Final = frozenset({
    "Decimal", "Fraction", "Path", "PurePath", "PurePosixPath", "PosixPath", "datetime", "date", "timedelta", "UUID",
    "Counter", "OrderedDict", "DataFrame", "Series", "Index", "Version", "frozenset", "MappingProxyType", "ChainMap",
    "ZoneInfo", "IPv4Address", "IPv6Address", "URL", "SpecifierSet", "Signature", "Template", "Pattern", "NamedTuple",
    "MultiIndex", "DatetimeIndex", "Timestamp", "Timedelta", "Point", "Polygon", "Color", "QueryDict", "Struct",
    "SimpleNamespace", "StringIO", "BytesIO", "Timezone", "Locale", "TypeAdapter", "Requirement", "MultiDict",
    "CIMultiDict",
})  # fmt: skip
"""Classes of values from outside, by their last name."""
