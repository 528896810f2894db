"""How many bytes things take: words, headers, and the blocks that the allocator hands out. 64-bit targets only."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from goescape_lsp.core.tables.versions import row_for

WORD = 8


@dataclass(frozen=True, slots=True)
class Layout:
    """How many bytes a thing of the runtime takes; `header` is the part that is always there."""

    name: str
    header: int
    source: str
    since: str = ""
    until: str = ""


# Measured with go1.21.13 to go1.27.4 (tests/facts).
LAYOUTS: tuple[Layout, ...] = (
    Layout("string", 2 * WORD, "runtime.stringStruct"),
    Layout("interface", 2 * WORD, "runtime.iface, runtime.eface"),
    Layout("slice", 3 * WORD, "runtime.slice"),
    Layout("map", 48, "runtime.hmap", until="1.23"),
    Layout("map", 48, "internal/runtime/maps.Map", since="1.24"),
    Layout("channel", 96, "runtime.hchan", until="1.22"),
    Layout("channel", 104, "runtime.hchan", since="1.23", until="1.24"),
    Layout("channel", 112, "runtime.hchan", since="1.25"),
)


def header(name: str, go_version: str = "") -> int:
    """Return the bytes that a `string`, `interface`, `slice`, `map` or `channel` takes without its content."""
    return row_for((row for row in LAYOUTS if row.name == name), go_version).header


@dataclass(frozen=True, slots=True)
class Allocator:
    """How the allocator rounds: `sizes` are its classes, `page` the unit above them, all in bytes.

    Values without pointers that are smaller than `tiny` share blocks of that size. Values with pointers that are
    larger than `bare` carry a header of `header` bytes in front, up to the largest class.
    """

    sizes: tuple[int, ...]
    tiny: int
    page: int
    bare: int
    header: int
    source: str
    since: str = ""
    until: str = ""


_SIZES = (
    *(8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416, 448),
    *(480, 512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304, 2688, 3072, 3200, 3456, 4096),
    *(4864, 5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880, 12288, 13568, 14336, 16384, 18432, 19072),
    *(20480, 21760, 24576, 27264, 28672, 32768),
)
ALLOCATORS: tuple[Allocator, ...] = (
    Allocator(_SIZES, 16, 8192, 512, 0, "runtime/sizeclasses.go", until="1.21"),
    Allocator(_SIZES, 16, 8192, 512, 8, "runtime/sizeclasses.go, runtime/mbitmap.go: heapBitsInSpan", since="1.22"),
)


def block_of(size: int, *, has_pointers: bool, go_version: str = "") -> int:
    """Return the bytes that the heap takes for a value of `size` bytes, 0 for a value of no size.

    Shape: values without pointers below 16 bytes come several to a block of 16; for them it is their own size.
    """
    allocator = row_for(ALLOCATORS, go_version)
    if size == 0 or (size < allocator.tiny and not has_pointers):
        return size
    largest = allocator.sizes[-1]
    needed = size + (allocator.header if has_pointers and size > allocator.bare else 0)
    if needed > largest:
        return -(-size // allocator.page) * allocator.page
    return allocator.sizes[bisect_left(allocator.sizes, needed)]
