/// All addresses that begin with the same bits: `10.1.0.0/16`.
package struct AddressRange: Hashable, Sendable, CustomStringConvertible {
    /// The first address: what the range does not fix is zero.
    package let first: IPAddress
    /// How many bits are fixed, 0…32 or 0…128.
    package let length: Int
    private let highMask: UInt64
    private let lowMask: UInt64

    /// The range of the addresses that share `length` bits with one; nothing when it has not as many.
    package init?(_ address: IPAddress, length: Int) {
        guard (0...address.bitCount).contains(length) else { return nil }
        // Shifting by 64 or more gives zero.
        highMask = ~(UInt64.max >> UInt64(min(64, length)))
        lowMask = ~(UInt64.max >> UInt64(max(0, length - 64)))
        self.length = length
        first =
            address.isV6
            ? IPAddress(v6: address.high & highMask, address.low & lowMask)
            : IPAddress(v4: UInt32(truncatingIfNeeded: (address.high & highMask) >> 32))
    }

    /// Reads `10.1.0.0/16`, or an address alone for the range of only that one.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first.flatMap({ IPAddress($0) }) else { return nil }
        guard parts.count == 2 else {
            self.init(address, length: address.bitCount)
            return
        }
        guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ $0 &- UInt8(ascii: "0") <= 9 }),
            let length = Int(parts[1])
        else { return nil }
        self.init(address, length: length)
    }

    /// Whether an address is of the range. No IPv4 address is of an IPv6 range, as with Envoy.
    package func contains(_ address: IPAddress) -> Bool {
        address.isV6 == first.isV6 && address.high & highMask == first.high && address.low & lowMask == first.low
    }

    package var description: String { "\(first)/\(length)" }
}
