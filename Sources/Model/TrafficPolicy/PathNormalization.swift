/// One way to write a path, so that no rule about paths is passed by writing another: `/x/../admin`, `/%61dmin` and
/// `\admin` are `/admin`. What Envoy's `normalize_path` does, which is how Chromium reads the paths of URLs.
///
/// Slashes that follow each other stay, and so does `%2F`: applications differ in what they make of them.
package enum NormalizedTarget: Sendable, Hashable {
    case unchanged
    case changed([UInt8])
    /// It holds `%00` or a byte of that value, or a fragment, which is no part of what is asked for.
    case refused

    /// - Parameter target: a request's, with its query, which stays as it is. What does not begin with a slash is no
    ///   path and is left alone.
    package init(_ target: ArraySlice<UInt8>) {
        guard !target.contains(UInt8(ascii: "#")) else {
            self = .refused
            return
        }
        let path = target.path
        guard path.first == .slash, !path.isPlain else {
            self = .unchanged
            return
        }
        guard var written = Self.write(path) else {
            self = .refused
            return
        }
        guard !written.elementsEqual(path) else {
            self = .unchanged
            return
        }
        written += target.dropFirst(path.count)
        self = .changed(written)
    }

    /// Nothing when the path is refused.
    private static func write(_ path: ArraySlice<UInt8>) -> [UInt8]? {
        var output: [UInt8] = []
        output.reserveCapacity(path.count)
        // Where a "%" stands that began no escape.
        var loosePercent: Int?
        var rest = path
        while let byte = rest.first {
            if let dot = rest.dotCount {
                guard output.last == .slash, let (segment, isParent) = rest.dotSegment else {
                    output.append(.dot)
                    rest = rest.dropFirst(dot)
                    continue
                }
                rest = rest.dropFirst(segment)
                // The slash before stays; of a parent the segment before goes, where there is one.
                if isParent, output.count > 1 {
                    output.removeLast()
                    while output.last != .slash { output.removeLast() }
                }
                continue
            }
            if byte == UInt8(ascii: "%"), let value = rest.escaped {
                guard value != 0 else { return nil }
                // What needs no escape has none; every other keeps its letters, also their case.
                let escape = rest.prefix(3)
                rest = rest.dropFirst(3)
                guard value.isUnreserved else {
                    output += escape
                    continue
                }
                output.append(value)
                if let place = loosePercent, Self.makesEscape(output, at: place, before: rest.first) {
                    output.insert(contentsOf: "25".utf8, at: place + 1)
                    loosePercent = nil
                }
                continue
            }
            if byte == UInt8(ascii: "%") { loosePercent = output.count }
            rest = rest.dropFirst()
            switch byte {
            case 0: return nil
            case UInt8(ascii: "\\"): output.append(.slash)
            case _ where byte.needsEscape: output += [UInt8(ascii: "%"), (byte >> 4).digit, (byte & 15).digit]
            default: output.append(byte)
            }
        }
        return output
    }

    /// Whether what was just written made an escape of a "%" that was none, alone or with the byte that comes next.
    private static func makesEscape(_ output: [UInt8], at place: Int, before next: UInt8?) -> Bool {
        guard place < output.count, output[place] == UInt8(ascii: "%"), output.last?.hexadecimal != nil else {
            return false
        }
        return switch output.count - place {
        case 2: next?.hexadecimal != nil
        case 3: output[place + 1].hexadecimal != nil
        default: false
        }
    }
}

extension ArraySlice<UInt8> {
    /// Whether nothing in the path can need a change, as in almost all.
    fileprivate var isPlain: Bool {
        var before: UInt8 = 0
        for byte in self {
            if byte == UInt8(ascii: "%") || byte == UInt8(ascii: "\\") || byte == 0 || byte.needsEscape { return false }
            if byte == .dot, before == .slash { return false }
            before = byte
        }
        return true
    }

    /// The byte that an escape at the front means.
    fileprivate var escaped: UInt8? {
        guard count >= 3, let high = self[startIndex + 1].hexadecimal, let low = self[startIndex + 2].hexadecimal else {
            return nil
        }
        return high << 4 | low
    }

    /// How many bytes a dot at the front takes, escaped or not.
    fileprivate var dotCount: Int? {
        if first == .dot { return 1 }
        return first == UInt8(ascii: "%") && escaped == .dot ? 3 : nil
    }

    /// Where the front is a whole segment `.` or `..`: how many bytes it takes with the slash after it.
    fileprivate var dotSegment: (count: Int, isParent: Bool)? {
        guard let one = dotCount else { return nil }
        let afterOne = dropFirst(one)
        if let end = afterOne.segmentEnd { return (one + end, false) }
        guard let two = afterOne.dotCount, let end = afterOne.dropFirst(two).segmentEnd else { return nil }
        return (one + two + end, true)
    }

    /// How many bytes end a segment at the front: a slash, or nothing.
    private var segmentEnd: Int? {
        guard let first else { return 0 }
        return first == .slash || first == UInt8(ascii: "\\") ? 1 : nil
    }
}

extension UInt8 {
    fileprivate static let slash = UInt8(ascii: "/")
    fileprivate static let dot = UInt8(ascii: ".")

    /// Letters, digits, `-`, `_` and `~`; the dot is looked at before.
    fileprivate var isUnreserved: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// What no path may hold as it is.
    fileprivate var needsEscape: Bool {
        switch self {
        case 0...0x20, 0x7f...0xff, UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "^"),
            UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
            true
        default: false
        }
    }

    fileprivate var hexadecimal: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// Of a number below 16.
    fileprivate var digit: UInt8 { self < 10 ? UInt8(ascii: "0") + self : UInt8(ascii: "A") + self - 10 }
}
