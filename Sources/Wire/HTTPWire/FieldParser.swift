/// What the fields say about framing and the connection, gathered while they are parsed.
struct FieldFacts {
    var contentLength: Int?
    var isChunked = false
    var hasTransferEncoding = false
    var hosts = 0
    var host: Range<Int> = 0..<0
    var closes = false
    var keepsAlive = false
    var expectsContinue = false
    /// Whether `Connection` has the option `upgrade`.
    var upgrades = false
}

/// Parses field lines (RFC 9112 §5) as strictly as mesh traffic allows: each leniency is somebody's way to smuggle.
enum FieldParser {
    /// Parses the lines from `start` up to the empty line, which ends at `end`. `bytes` hold whole lines that end in
    /// CRLF: ``HeadScanner`` has seen to that.
    static func parse(
        _ bytes: UnsafeRawBufferPointer, from start: Int, to end: Int,
        into fields: inout ContiguousArray<HeaderBlock.Field>
    ) throws(HTTPWireError) -> FieldFacts {
        var facts = FieldFacts()
        var position = start
        while position < end - 2 {
            let line = position
            if ByteClass.isBlank(bytes[line]) { throw .badRequest("a field is folded over several lines") }
            position = endOfName(bytes, from: position)
            guard position > line, bytes[position] == 0x3a else {
                throw .badRequest(
                    ByteClass.isBlank(bytes[position])
                        ? "there is a blank before a field's colon" : "a field name holds a byte that is not allowed")
            }
            let nameLength = position - line
            position &+= 1
            while ByteClass.isBlank(bytes[position]) { position &+= 1 }
            let value = position
            position = endOfValue(bytes, from: position)
            guard bytes[position] == 0x0d, bytes[position &+ 1] == 0x0a else {
                throw .badRequest("a field value holds a control byte")
            }
            var valueEnd = position
            while valueEnd > value, ByteClass.isBlank(bytes[valueEnd &- 1]) { valueEnd &-= 1 }
            position &+= 2
            fields.append(
                HeaderBlock.Field(
                    line: UInt32(truncatingIfNeeded: line), nameLength: UInt32(truncatingIfNeeded: nameLength),
                    value: UInt32(truncatingIfNeeded: value), valueEnd: UInt32(truncatingIfNeeded: valueEnd),
                    end: UInt32(truncatingIfNeeded: position)))
            // Almost every field is of no interest, and its length tells.
            switch nameLength {
            case 4, 6, 10, 14, 17:
                try note(bytes, name: line..<line &+ nameLength, value: value..<valueEnd, in: &facts)
            default: break
            }
        }
        return facts
    }

    /// The first position that is not part of a name; the closing CR stops it at the latest. Eight bytes at a time while
    /// they are letters and hyphens, as nearly all are.
    @inline(__always)
    private static func endOfName(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var position = start
        while position &+ 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            // Adding 0x1f reaches 0x80 from "a" on and adding 5 from behind "z" on; seven bits cannot carry over.
            let lower = (word | 0x2020_2020_2020_2020) & 0x7f7f_7f7f_7f7f_7f7f
            let letters = (lower &+ 0x1f1f_1f1f_1f1f_1f1f) & ~(lower &+ 0x0505_0505_0505_0505) & ~word
            // A byte that is a hyphen is zero here, and only zero stays below 0x80 when 0x7f is added.
            let other = word ^ 0x2d2d_2d2d_2d2d_2d2d
            let hyphens = ~((other & 0x7f7f_7f7f_7f7f_7f7f) &+ 0x7f7f_7f7f_7f7f_7f7f | other)
            let rest = ~(letters | hyphens) & 0x8080_8080_8080_8080
            if rest == 0 {
                position &+= 8
                continue
            }
            position &+= rest.trailingZeroBitCount >> 3
            guard ByteClass.isToken(bytes[position]) else { return position }
            position &+= 1
        }
        while ByteClass.isToken(bytes[position]) { position &+= 1 }
        return position
    }

    /// The first position that is not part of a value. The closing CR stops it at the latest.
    @inline(__always)
    private static func endOfValue(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var position = start
        // Eight bytes at a time: a byte is special when it is below 0x20 or 0x7f. Subtracting 0x20 from each borrows
        // only from the neighbour above a special one, and DEL shows as zero after the exclusive or: so the lowest mark
        // is always a true one.
        while position &+ 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            let below = (word &- 0x2020_2020_2020_2020) & ~word
            let flipped = word ^ 0x7f7f_7f7f_7f7f_7f7f
            let delete = (flipped &- 0x0101_0101_0101_0101) & ~flipped
            let special = (below | delete) & 0x8080_8080_8080_8080
            if special == 0 {
                position &+= 8
                continue
            }
            position &+= special.trailingZeroBitCount >> 3
            // Only a tab is special and allowed.
            if bytes[position] != 0x09 { return position }
            position &+= 1
        }
        while ByteClass.isValue(bytes[position]) { position &+= 1 }
        return position
    }

    private static func note(
        _ bytes: UnsafeRawBufferPointer, name: Range<Int>, value: Range<Int>, in facts: inout FieldFacts
    ) throws(HTTPWireError) {
        let name = UnsafeRawBufferPointer(rebasing: bytes[name])
        let text = UnsafeRawBufferPointer(rebasing: bytes[value])
        switch name.count {
        case 4 where equalIgnoringCase(name, host.bytes):
            facts.hosts &+= 1
            facts.host = value
        case 6 where equalIgnoringCase(name, expect.bytes):
            guard equalIgnoringCase(text, continueValue.bytes) else {
                throw HTTPWireError(status: 417, reason: "the request expects something other than 100-continue")
            }
            facts.expectsContinue = true
        case 10 where equalIgnoringCase(name, connection.bytes):
            forEachElement(text) { option in
                if equalIgnoringCase(option, close.bytes) { facts.closes = true }
                if equalIgnoringCase(option, keepAlive.bytes) { facts.keepsAlive = true }
                if equalIgnoringCase(option, upgrade.bytes) { facts.upgrades = true }
            }
        case 14 where equalIgnoringCase(name, contentLength.bytes):
            guard facts.contentLength == nil else { throw .badRequest("there are several Content-Length fields") }
            guard let length = decimal(text) else { throw .badRequest("the Content-Length is not a decimal number") }
            facts.contentLength = length
        case 17 where equalIgnoringCase(name, transferEncoding.bytes):
            // Only `chunked`, alone and once, has a meaning that no two peers understand differently.
            guard !facts.hasTransferEncoding else { throw .badRequest("there are several Transfer-Encoding fields") }
            facts.hasTransferEncoding = true
            guard equalIgnoringCase(text, chunked.bytes) else { throw unknownCoding(text) }
            facts.isChunked = true
        default: break
        }
    }

    /// A list that has `chunked` anywhere but alone is malformed; a coding that nobody offered is not implemented.
    private static func unknownCoding(_ text: UnsafeRawBufferPointer) -> HTTPWireError {
        var isMisplaced = false
        var elements = 0
        forEachElement(text) { element in
            elements += 1
            if equalIgnoringCase(element, chunked.bytes) { isMisplaced = true }
        }
        return isMisplaced || elements == 0
            ? .badRequest("the Transfer-Encoding is not chunked alone")
            : HTTPWireError(status: 501, reason: "the Transfer-Encoding is not supported")
    }

    private static func forEachElement(_ list: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void) {
        var start = 0
        while start <= list.count {
            var end = start
            while end < list.count, list[end] != 0x2c { end += 1 }
            var first = start
            var last = end
            while first < last, ByteClass.isBlank(list[first]) { first += 1 }
            while last > first, ByteClass.isBlank(list[last - 1]) { last -= 1 }
            if last > first { body(UnsafeRawBufferPointer(rebasing: list[first..<last])) }
            start = end + 1
        }
    }

    /// Digits only: no sign, no blank, no list, no overflow.
    static func decimal(_ text: UnsafeRawBufferPointer) -> Int? {
        guard !text.isEmpty, text.count <= 18 else { return nil }
        var value = 0
        for byte in text {
            guard ByteClass.isDigit(byte) else { return nil }
            // 18 digits stay below 2^63.
            value = value &* 10 &+ Int(byte &- 0x30)
        }
        return value
    }

    private static var host: HeaderName { "host" }
    private static var expect: HeaderName { "expect" }
    private static var continueValue: HeaderName { "100-continue" }
    private static var connection: HeaderName { "connection" }
    private static var close: HeaderName { "close" }
    private static var keepAlive: HeaderName { "keep-alive" }
    private static var upgrade: HeaderName { "upgrade" }
    private static var contentLength: HeaderName { "content-length" }
    private static var transferEncoding: HeaderName { "transfer-encoding" }
    private static var chunked: HeaderName { "chunked" }
}
