// memchr reads 32 bytes a cycle, and finding line ends is half of the work on a scrape. memcmp compares names. Nothing else here is C's.
import Glibc

/// The text of a scrape: the one place in this target that holds pointers.
///
/// Sound: the bytes belong to the caller of ``ExpositionParser/parse(_:into:)`` or ``SeriesKey/parse(_:)`` and outlive
/// that call; no value of this type is kept beyond it. Every index here comes from `0..<count`, and debug builds check
/// that.
struct RawText {
    private let bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    var count: Int { bytes.count }

    @inline(__always)
    subscript(index: Int) -> UInt8 { bytes[index] }

    /// The bytes in `start..<end`, without copying.
    @inline(__always)
    func slice(_ start: Int, _ end: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[start..<end])
    }

    @inline(__always)
    func firstIndex(of byte: UInt8, from start: Int, to end: Int) -> Int? {
        guard start < end, let base = bytes.baseAddress else { return nil }
        assert(start >= 0 && end <= bytes.count)
        guard let found = memchr(base + start, CInt(byte), end - start) else { return nil }
        return base.distance(to: UnsafeRawPointer(found))
    }

    /// The last `byte`, looked for from the end: what is looked for stands near it.
    @inline(__always)
    func lastIndex(of byte: UInt8, from start: Int, to end: Int) -> Int? {
        var index = end
        while index > start {
            index -= 1
            if bytes[index] == byte { return index }
        }
        return nil
    }

    @inline(__always)
    func endOfBlanks(from start: Int, to end: Int) -> Int {
        var index = start
        while index < end, bytes[index].isBlank { index += 1 }
        return index
    }

    @inline(__always)
    func endOfToken(from start: Int, to end: Int) -> Int {
        var index = start
        while index < end, !bytes[index].isBlank { index += 1 }
        return index
    }

    /// Whether this, a key, begins with the metric name `name`, in or outside quotes.
    func isKey(named name: [UInt8]) -> Bool {
        var start = 0
        let isQuoted = count > 0 && bytes[0] == UInt8(ascii: "{")
        if isQuoted {
            start = endOfBlanks(from: 1, to: count)
            guard start < count, bytes[start] == UInt8(ascii: "\"") else { return false }
            start += 1
        }
        let end = start + name.count
        guard end <= count, let base = bytes.baseAddress, memcmp(base + start, name, name.count) == 0 else {
            return false
        }
        if isQuoted { return end < count && bytes[end] == UInt8(ascii: "\"") }
        return end == count || bytes[end] == UInt8(ascii: "{") || bytes[end].isBlank
    }

    /// The text in `start..<end`, cut short, for a sentence. What a terminal would act upon is spelled.
    func excerpt(_ start: Int, _ end: Int) -> String {
        guard start < end else { return "the end of the line" }
        let text = String(decoding: slice(start, min(end, start + 40)), as: UTF8.self)
        var safe = ""
        for scalar in text.unicodeScalars {
            safe += scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)
        }
        return end - start > 40 ? "'\(safe)…'" : "'\(safe)'"
    }

    /// The character at `position`, for a sentence.
    func excerpt(at position: Int, to end: Int) -> String {
        var next = min(position + 1, end)
        // A byte 10xxxxxx belongs to the character before it, which has four bytes at most.
        while next < end, next < position + 4, bytes[next] & 0xC0 == 0x80 { next += 1 }
        return excerpt(position, next)
    }
}

extension UInt8 {
    @inline(__always)
    var isBlank: Bool { self == 0x20 || self == 0x09 }

    /// A letter or `_`: what label names begin with. Metric names may have `:` too.
    var isNameStart: Bool { (self | 0x20) &- UInt8(ascii: "a") < 26 || self == UInt8(ascii: "_") }

    var isDigit: Bool { self &- UInt8(ascii: "0") <= 9 }
}
