/// Sizes of files as people write them, in powers of 1000.
package enum ByteSize {
    /// `512MB`, `2GB` or `800kB`; nothing for anything else.
    package static func bytes(_ text: String) -> Int64? {
        let units: [(suffix: String, factor: Double)] = [("kB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12)]
        guard let unit = units.first(where: { text.hasSuffix($0.suffix) }),
            let number = Double(text.dropLast(unit.suffix.count)), number > 0, number * unit.factor < 1e15
        else { return nil }
        return Int64(number * unit.factor)
    }
}
