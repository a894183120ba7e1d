/// An IPv4 or IPv6 address without a port, as bits that compare in a few instructions.
package struct IPAddress: Hashable, Sendable {
    package let isV6: Bool
    /// The first 64 bits; all 32 of an IPv4 address stand at their upper end.
    package let high: UInt64
    package let low: UInt64

    package init(v4 bits: UInt32) {
        isV6 = false
        high = UInt64(bits) << 32
        low = 0
    }

    package init(v6 high: UInt64, _ low: UInt64) {
        isV6 = true
        self.high = high
        self.low = low
    }

    /// Reads `10.1.2.3` or `fd00::1`, without brackets or zone; nothing for anything else.
    package init?(_ text: some StringProtocol) { self.init(text.utf8) }

    /// The same for text that came as bytes.
    package init?(_ text: some Collection<UInt8>) {
        guard text.count <= 45 else { return nil }
        if text.contains(UInt8(ascii: ":")) {
            guard let groups = Self.groups(text) else { return nil }
            self.init(v6: Self.joined(groups[..<4]), Self.joined(groups[4...]))
        } else {
            guard let bits = Self.v4(text) else { return nil }
            self.init(v4: bits)
        }
    }

    package var bitCount: Int { isV6 ? 128 : 32 }

    private static func joined(_ groups: ArraySlice<UInt16>) -> UInt64 {
        groups.reduce(0) { $0 << 16 | UInt64($1) }
    }

    /// Four decimal numbers without needless zeros, which some read as octal.
    private static func v4(_ text: some Collection<UInt8>) -> UInt32? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
            var number: UInt32 = 0
            for byte in part {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                number = number * 10 + UInt32(byte - UInt8(ascii: "0"))
            }
            guard number <= 255 else { return nil }
            bits = bits << 8 | number
        }
        return bits
    }

    /// The eight groups of RFC 4291, section 2.2, of which `::` may stand for some and a dotted end for two.
    private static func groups(_ text: some Collection<UInt8>) -> [UInt16]? {
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        var groups: [UInt16] = []
        var gap: Int?
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            if part.isEmpty {
                // "::" is one empty part inside, and two at either end.
                if index == 0 {
                    guard parts.count > 2, parts[1].isEmpty else { return nil }
                } else if isLast {
                    guard parts[index - 1].isEmpty else { return nil }
                } else {
                    guard gap == nil else { return nil }
                    gap = groups.count
                }
            } else if isLast, part.contains(UInt8(ascii: ".")) {
                guard let bits = v4(part) else { return nil }
                groups += [UInt16(truncatingIfNeeded: bits >> 16), UInt16(truncatingIfNeeded: bits)]
            } else {
                guard part.count <= 4, let group = UInt16(String(decoding: part, as: UTF8.self), radix: 16),
                    part.first != UInt8(ascii: "+")
                else { return nil }
                groups.append(group)
            }
        }
        guard let gap else { return groups.count == 8 ? groups : nil }
        guard groups.count < 8 else { return nil }
        groups.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
        return groups
    }
}

extension IPAddress: CustomStringConvertible {
    /// `10.1.2.3`, or RFC 5952's form for IPv6.
    package var description: String {
        guard isV6 else {
            return [56, 48, 40, 32].map { "\(high >> UInt64($0) & 0xff)" }.joined(separator: ".")
        }
        let groups = [high, low].flatMap { half in [48, 32, 16, 0].map { half >> UInt64($0) & 0xffff } }
        // The longest run of zeros, of two or more, the first of equals.
        var longest = 0..<0
        var start = 0
        while start < groups.count {
            let run = groups[start...].prefix { $0 == 0 }.count
            if run > max(1, longest.count) { longest = start..<start + run }
            start += max(1, run)
        }
        func text(_ part: ArraySlice<UInt64>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        guard !longest.isEmpty else { return text(groups[...]) }
        return text(groups[..<longest.lowerBound]) + "::" + text(groups[longest.upperBound...])
    }
}
