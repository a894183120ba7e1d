import ByteCursor

/// The fields of a request target's query, between `?` and `#`.
package enum QueryField {
    /// All values of the field, percent signs decoded, in order.
    package static func values(of name: [UInt8], in target: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        guard let query = query(of: target) else { return [] }
        return target[query].split(separator: UInt8(ascii: "&")).compactMap { field in
            let sign = field.firstIndex(of: UInt8(ascii: "=")) ?? field.endIndex
            guard decoded(field[..<sign]).elementsEqual(name) else { return nil }
            return decoded(field[min(sign + 1, field.endIndex)...])
        }
    }

    /// The target without the field, and without a `?` when nothing else was behind it.
    package static func removing(_ name: [UInt8], from target: ArraySlice<UInt8>) -> [UInt8] {
        guard let query = query(of: target) else { return Array(target) }
        let kept = target[query].split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false).filter { field in
            let sign = field.firstIndex(of: UInt8(ascii: "=")) ?? field.endIndex
            return !decoded(field[..<sign]).elementsEqual(name)
        }
        let before = target[..<query.lowerBound]
        let rest = target[query.upperBound...]
        guard !kept.isEmpty else { return before.dropLast() + rest }
        return before + Array(kept.joined(separator: [UInt8(ascii: "&")])) + rest
    }

    /// Where the query is; nothing when there is no `?`.
    private static func query(of target: ArraySlice<UInt8>) -> Range<Int>? {
        let end = target.firstIndex(of: UInt8(ascii: "#")) ?? target.endIndex
        return target[..<end].firstIndex(of: UInt8(ascii: "?")).map { $0 + 1..<end }
    }

    private static func decoded(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard text.contains(UInt8(ascii: "%")) else { return text }
        var bytes: ArraySlice<UInt8> = []
        var rest = text
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2, let high = digits.first.flatMap(Hexadecimal.value(of:)),
                let low = digits.last.flatMap(Hexadecimal.value(of:))
            {
                bytes.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }
}

extension TokenPlace {
    /// The values of a cookie in one `cookie` header.
    package static func cookieValues(_ name: [UInt8], in header: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        header.split(separator: UInt8(ascii: ";")).compactMap { HashKey.cookie(name, in: $0) }
    }
}
