"""What programmers write again although the standard library has it: one canonical body for each, never called.

Each function is named after what it repeats, with two underscores for the dot. They are fingerprinted when the table of
the standard library is made; annotations and the names of parameters and variables make no difference.
"""

# pyright: basic
# The specimens stand as they are written in the wild: an annotation of an empty list would be another body.

from __future__ import annotations

import functools
import hashlib
import math
import os
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import wraps
from typing import Any


def itertools__batched(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Lists of so many, the last one shorter."""
    batch = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def itertools__batched__slices(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """The same of a sequence."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def itertools__batched__list(items: Sequence[Any], size: int) -> list[Sequence[Any]]:
    """All at once."""
    batches = []
    for start in range(0, len(items), size):
        batches.append(items[start : start + size])  # noqa: PERF401
    return batches


def itertools__pairwise(items: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """Each with the next."""
    iterator = iter(items)
    last = next(iterator)
    for item in iterator:
        yield last, item
        last = item


def itertools__accumulate(items: Iterable[Any]) -> list[Any]:
    """Running sums."""
    total = 0
    sums = []
    for item in items:
        total += item
        sums.append(total)
    return sums


def itertools__chain__from_iterable(lists: Iterable[Iterable[Any]]) -> list[Any]:
    """One list of several."""
    flat = []
    for one in lists:
        for item in one:
            flat.append(item)  # noqa: PERF402
    return flat


def collections__Counter(items: Iterable[Hashable]) -> dict[Hashable, int]:
    """How often each occurs."""
    counts = {}  # type: ignore[var-annotated]
    for item in items:
        counts[item] = counts.get(item, 0) + 1
    return counts


def collections__Counter__membership(items: Iterable[Hashable]) -> dict[Hashable, int]:
    """The same with a look first."""
    counts = {}  # type: ignore[var-annotated]
    for item in items:
        if item in counts:
            counts[item] += 1
        else:
            counts[item] = 1
    return counts


def dict__fromkeys(items: Iterable[Hashable]) -> list[Hashable]:
    """Each once, in the order of their first occurrence."""
    seen = set()
    unique = []
    for item in items:
        if item not in seen:
            seen.add(item)
            unique.append(item)
    return unique


def str__removeprefix(text: str, prefix: str) -> str:
    """Without its beginning."""
    if text.startswith(prefix):
        return text[len(prefix) :]
    return text


def str__removesuffix(text: str, suffix: str) -> str:
    """Without its end."""
    if text.endswith(suffix):
        return text[: -len(suffix)]
    return text


def str__removesuffix__checked(text: str, suffix: str) -> str:
    """The same for an empty one."""
    if suffix and text.endswith(suffix):
        return text[: -len(suffix)]
    return text


def math__factorial(number: int) -> int:
    """By a loop."""
    result = 1
    for factor in range(1, number + 1):
        result *= factor
    return result


def math__factorial__second(number: int) -> int:
    """By a loop from two."""
    result = 1
    for factor in range(2, number + 1):
        result *= factor
    return result


def math__factorial__recursive(number: int) -> int:
    """By itself."""
    if number == 0:
        return 1
    return number * math__factorial__recursive(number - 1)


def math__gcd(first: int, second: int) -> int:
    """Euclid's."""
    while second:
        first, second = second, first % second
    return first


def math__gcd__compared(first: int, second: int) -> int:
    """The same, compared with zero."""
    while second != 0:
        first, second = second, first % second
    return first


def math__dist(first: Sequence[float], second: Sequence[float]) -> float:
    """Between two points."""
    total = 0.0
    for one, other in zip(first, second):  # noqa: B905
        total += (one - other) ** 2
    return math.sqrt(total)


def math__lcm(first: int, second: int) -> int:
    """By the greatest common divisor, guarded."""
    if first == 0 or second == 0:
        return 0
    return abs(first * second) // math.gcd(first, second)


def math__isqrt(number: int) -> int:
    """Newton's."""
    guess = number
    better = (guess + 1) // 2
    while better < guess:
        guess = better
        better = (guess + number // guess) // 2
    return guess


def math__comb(number: int, chosen: int) -> int:
    """By factorials."""
    if chosen > number:
        return 0
    return math.factorial(number) // (math.factorial(chosen) * math.factorial(number - chosen))


def statistics__mean(numbers: Sequence[float]) -> float:
    """The sum over the count."""
    if not numbers:
        raise ValueError
    total = sum(numbers)
    return total / len(numbers)


def statistics__median(numbers: Sequence[float]) -> float:
    """The middle one, or the mean of the two in the middle."""
    ordered = sorted(numbers)
    count = len(ordered)
    middle = count // 2
    if count % 2 == 0:
        return (ordered[middle - 1] + ordered[middle]) / 2
    return ordered[middle]


def statistics__median__odd(numbers: Sequence[float]) -> float:
    """The same, the other way round."""
    ordered = sorted(numbers)
    count = len(ordered)
    middle = count // 2
    if count % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def bisect__bisect_left(ordered: Sequence[Any], wanted: Any) -> int:
    """Where it belongs, before its equals."""
    low = 0
    high = len(ordered)
    while low < high:
        middle = (low + high) // 2
        if ordered[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


def bisect__bisect_left__together(ordered: Sequence[Any], wanted: Any) -> int:
    """The same with one assignment."""
    low, high = 0, len(ordered)
    while low < high:
        middle = (low + high) // 2
        if ordered[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


def bisect__bisect_right(ordered: Sequence[Any], wanted: Any) -> int:
    """Where it belongs, behind its equals."""
    low, high = 0, len(ordered)
    while low < high:
        middle = (low + high) // 2
        if wanted < ordered[middle]:
            high = middle
        else:
            low = middle + 1
    return low


def functools__reduce(function: Callable[[Any, Any], Any], items: Iterable[Any], initial: Any) -> Any:
    """One after the other."""
    result = initial
    for item in items:
        result = function(result, item)
    return result


def pathlib__Path__read_text(path: str) -> str:
    """The whole file."""
    with open(path) as file:
        content = file.read()
    return content


def pathlib__Path__write_text(path: str, content: str) -> None:
    """The whole file."""
    with open(path, "w") as file:
        file.write(content)


def max__key(items: Sequence[Any], key: Callable[[Any], Any]) -> Any:
    """The first with the greatest key."""
    best = items[0]
    for item in items[1:]:
        if key(item) > key(best):
            best = item
    return best


def functools__cache(function: Callable[..., Any]) -> Callable[..., Any]:
    """By a dictionary of arguments."""
    known = {}

    def wrapper(*args: Any) -> Any:
        if args not in known:
            known[args] = function(*args)
        return known[args]

    return wrapper


def functools__cache__wraps(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same under the name of the function."""
    known = {}

    @functools.wraps(function)
    def wrapper(*args: Any) -> Any:
        if args not in known:
            known[args] = function(*args)
        return known[args]

    return wrapper


def functools__cache__imported_wraps(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same where `wraps` is imported by its name."""
    known = {}

    @wraps(function)
    def wrapper(*args: Any) -> Any:
        if args not in known:
            known[args] = function(*args)
        return known[args]

    return wrapper


def functools__cache__returned(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same, asked the other way round."""
    known = {}  # type: ignore[var-annotated]

    @functools.wraps(function)
    def wrapper(*args: Any) -> Any:
        if args in known:
            return known[args]
        result = function(*args)
        known[args] = result
        return result

    return wrapper


def functools__cache__imported_returned(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same where `wraps` is imported by its name."""
    known = {}  # type: ignore[var-annotated]

    @wraps(function)
    def wrapper(*args: Any) -> Any:
        if args in known:
            return known[args]
        result = function(*args)
        known[args] = result
        return result

    return wrapper


def collections__Counter__defaultdict(items: Iterable[Hashable]) -> dict[Hashable, int]:
    """How often each occurs."""
    counts = defaultdict(int)  # type: ignore[var-annotated]
    for item in items:
        counts[item] += 1
    return counts


def itertools__pairwise__list(items: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Each with the next, all at once."""
    pairs = []
    for at in range(len(items) - 1):
        pairs.append((items[at], items[at + 1]))  # noqa: PERF401
    return pairs


def next__default(items: Iterable[Any], test: Callable[[Any], bool], default: Any = None) -> Any:
    """The first that passes a test, or something else."""
    for item in items:
        if test(item):
            return item
    return default


def str__join(items: Sequence[str], separator: str) -> str:
    """By hand."""
    text = ""
    for at, item in enumerate(items):
        if at > 0:
            text += separator
        text += item
    return text


def shutil__which(name: str) -> str | None:
    """Where a program is."""
    for folder in os.environ["PATH"].split(os.pathsep):
        path = os.path.join(folder, name)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return None


def hashlib__file_digest(path: str) -> str:
    """SHA-256 of a file, piece by piece."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(4096), b""):
            digest.update(block)
    return digest.hexdigest()


def hashlib__file_digest__md5(path: str) -> str:
    """The same with MD5."""
    digest = hashlib.md5()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(4096), b""):
            digest.update(block)
    return digest.hexdigest()


def statistics__stdev(numbers: Sequence[float]) -> float:
    """Of a sample."""
    mean = sum(numbers) / len(numbers)
    variance = sum((number - mean) ** 2 for number in numbers) / (len(numbers) - 1)
    return math.sqrt(variance)


def statistics__pstdev(numbers: Sequence[float]) -> float:
    """Of a population."""
    mean = sum(numbers) / len(numbers)
    variance = sum((number - mean) ** 2 for number in numbers) / len(numbers)
    return math.sqrt(variance)
