/// What comes next in a body.
package enum BodyEvent: Hashable, Sendable {
    /// These bytes of the input are body.
    case bytes(Range<Int>)
    /// The body is complete; what follows in the input belongs to the next message.
    case end
    /// The input is used up.
    case needsMore
}

/// Takes a body apart as its framing says, from bytes that arrive in pieces.
///
///                        ┌──────── size ≠ 0 ────────┐
///     size ─LF→ data ─→ data end (CR LF) ─→ size    │
///       └─ size = 0 ─→ trailer line … ─ empty line ─→ ended
///
/// The input is given again on each call with `offset` moved past what was used, so nothing is copied. Chunk extensions
/// are checked and dropped: they are for this hop only. So are trailer fields, unless the limits let them pass.
package struct BodyDecoder: Sendable {
    private enum State: Hashable, Sendable {
        /// This many bytes remain.
        case length(Int)
        case untilClose
        case ended
        /// In the digits of a chunk's size: its value so far and how many digits it has.
        case size(UInt64, digits: Int)
        /// After the size, in blanks or an extension; `inQuotes` within a quoted string, `escaped` after its backslash.
        case sizeRest(UInt64, inQuotes: Bool, escaped: Bool)
        /// After the CR of the size line.
        case sizeEnd(UInt64)
        case data(UInt64)
        case dataCR
        case dataLF
        /// At the start of a trailer line.
        case trailerStart
        /// In a trailer's name, with at least one byte.
        case trailerName
        case trailerValue
        /// After a trailer line's CR.
        case trailerLF
        /// After the CR of the empty line.
        case lastLF
    }

    private var state: State
    private let limits: HTTPLimits
    /// Bytes of the present chunk line, or of all trailers.
    private var lineBytes = 0
    /// The lines of the trailers, where they are wanted.
    private var trailerLines: [UInt8] = []

    package init(_ framing: BodyFraming, limits: HTTPLimits = .default) {
        self.limits = limits
        state =
            switch framing {
            case .none: .ended
            case .length(let length): length > 0 ? .length(length) : .ended
            case .chunked: .size(0, digits: 0)
            case .untilClose: .untilClose
            }
    }

    /// Calls `body` with each of the trailers, once the body has ended: a name, and a value without the blanks around it.
    package func forEachTrailer(_ body: (String, String) -> Void) {
        guard isEnded, !trailerLines.isEmpty else { return }
        for line in trailerLines.split(separator: 0x0d) {
            let line = line.drop { $0 == 0x0a }
            guard let colon = line.firstIndex(of: 0x3a) else { continue }
            let allowed = line[..<colon].withUnsafeBytes { TrailerField.isAllowed($0) }
            guard allowed else { continue }
            var value = line[(colon + 1)...].drop(while: ByteClass.isBlank)
            while let last = value.last, ByteClass.isBlank(last) { value.removeLast() }
            body(String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
        }
    }

    package var isEnded: Bool { state == .ended }
    /// Whether the connection's end is the body's end; otherwise it is cut short.
    package var endsWithConnection: Bool { state == .untilClose }

    /// Takes the next step from `offset` and moves it.
    package mutating func next(_ input: UnsafeRawBufferPointer, _ offset: inout Int) throws(HTTPWireError) -> BodyEvent
    {
        while true {
            switch state {
            case .ended: return .end
            case .untilClose: return take(input, &offset, atMost: .max) ?? .needsMore
            case .length(let remaining):
                guard let event = take(input, &offset, atMost: remaining) else { return .needsMore }
                if case .bytes(let range) = event {
                    state = range.count == remaining ? .ended : .length(remaining - range.count)
                }
                return event
            case .data(let remaining):
                guard let event = take(input, &offset, atMost: Int(clamping: remaining)) else { return .needsMore }
                if case .bytes(let range) = event {
                    let count = UInt64(range.count)
                    state = count == remaining ? .dataCR : .data(remaining - count)
                }
                return event
            case .size, .sizeRest, .sizeEnd, .dataCR, .dataLF, .trailerStart, .trailerName, .trailerValue, .trailerLF,
                .lastLF:
                guard offset < input.count else { return .needsMore }
                state = try step(input[offset])
                offset += 1
            }
        }
    }

    private func take(_ input: UnsafeRawBufferPointer, _ offset: inout Int, atMost limit: Int) -> BodyEvent? {
        guard offset < input.count else { return nil }
        let start = offset
        offset += min(limit, input.count - offset)
        return .bytes(start..<offset)
    }

    /// One byte of the text around chunks.
    private mutating func step(_ byte: UInt8) throws(HTTPWireError) -> State {
        switch state {
        case .size(let size, let digits):
            if let digit = ByteClass.hexadecimal(byte) {
                // 15 digits stay below 2^60; leading zeros count, as nobody honest sends that many.
                guard digits < 15 else { throw .badRequest("a chunk's size is too large") }
                return .size(size << 4 | UInt64(digit), digits: digits + 1)
            }
            guard digits > 0 else { throw .badRequest("a chunk's size is not a hexadecimal number") }
            lineBytes = digits
            return try sizeRest(size, byte, inQuotes: false, escaped: false, isFirst: true)
        case .sizeRest(let size, let inQuotes, let escaped):
            return try sizeRest(size, byte, inQuotes: inQuotes, escaped: escaped, isFirst: false)
        case .sizeEnd(let size):
            guard byte == 0x0a else { throw .badRequest("a chunk's size line holds a bare carriage return") }
            lineBytes = 0
            return size == 0 ? .trailerStart : .data(size)
        case .dataCR:
            guard byte == 0x0d else { throw .badRequest("a chunk is longer than its size") }
            return .dataLF
        case .dataLF:
            guard byte == 0x0a else { throw .badRequest("a chunk is longer than its size") }
            return .size(0, digits: 0)
        case .trailerStart, .trailerName, .trailerValue, .trailerLF, .lastLF:
            lineBytes += 1
            guard lineBytes <= limits.trailerBytes else {
                throw HTTPWireError(status: 431, reason: "the trailers have more than \(limits.trailerBytes) bytes")
            }
            if limits.passesTrailers { trailerLines.append(byte) }
            return try trailer(byte)
        case .length, .untilClose, .ended, .data:
            preconditionFailure("\(state) takes no single bytes")
        }
    }

    private mutating func sizeRest(_ size: UInt64, _ byte: UInt8, inQuotes: Bool, escaped: Bool, isFirst: Bool)
        throws(HTTPWireError) -> State
    {
        lineBytes += 1
        guard lineBytes <= limits.chunkLineBytes else {
            throw .badRequest("a chunk's extensions have more than \(limits.chunkLineBytes) bytes")
        }
        if byte == 0x0d, !inQuotes { return .sizeEnd(size) }
        guard ByteClass.isValue(byte) else { throw .badRequest("a chunk's size line holds a control byte") }
        if isFirst, byte != UInt8(ascii: ";"), !ByteClass.isBlank(byte) {
            throw .badRequest("a chunk's size is not a hexadecimal number")
        }
        if inQuotes {
            if escaped { return .sizeRest(size, inQuotes: true, escaped: false) }
            return .sizeRest(size, inQuotes: byte != UInt8(ascii: "\""), escaped: byte == UInt8(ascii: "\\"))
        }
        return .sizeRest(size, inQuotes: byte == UInt8(ascii: "\""), escaped: false)
    }

    private func trailer(_ byte: UInt8) throws(HTTPWireError) -> State {
        switch state {
        case .trailerStart:
            if byte == 0x0d { return .lastLF }
            guard ByteClass.isToken(byte) else { throw .badRequest("a trailer does not begin with a field name") }
            return .trailerName
        case .trailerName:
            if byte == 0x3a { return .trailerValue }
            guard ByteClass.isToken(byte) else {
                throw .badRequest("a trailer name holds a byte that is not allowed")
            }
            return .trailerName
        case .trailerValue:
            if byte == 0x0d { return .trailerLF }
            guard ByteClass.isValue(byte) else { throw .badRequest("a trailer value holds a control byte") }
            return .trailerValue
        case .trailerLF, .lastLF:
            guard byte == 0x0a else { throw .badRequest("a trailer line holds a bare carriage return") }
            return state == .lastLF ? .ended : .trailerStart
        case .length, .untilClose, .ended, .size, .sizeRest, .sizeEnd, .data, .dataCR, .dataLF:
            preconditionFailure("\(state) is not in the trailers")
        }
    }
}
