internal import CLinux

/// What the C library's allocator is told at the start of a program.
package enum Allocator {
    /// From this size on, a block is a mapping of its own, which goes back to the system when it is freed.
    private static let largeBlock: CInt = 128 * 1024

    /// Gives large blocks back at once.
    ///
    /// By itself the allocator raises the bound to the largest block it has seen freed, and from then on keeps such
    /// blocks for later: scrapes of a quarter of a megabyte each, read by the thousand, left a collector of 130 MB with
    /// 330 MB resident. To be called first in `main`.
    package static func returnLargeBlocks() {
        // It fails only for values that it does not take, and then nothing is lost but memory.
        _ = mallopt(M_MMAP_THRESHOLD, largeBlock)
    }

    /// Gives back what was freed in small pieces. It takes milliseconds, in which nobody else gets memory: for after a
    /// rare heap of work.
    package static func returnFreed() {
        _ = malloc_trim(0)
    }
}
