extension SchemaReader {
    /// A prime number of the range.
    package func prime(in range: ClosedRange<Int>) throws(SchemaError) -> Int {
        let number = try integer(in: range)
        var divisor = 2
        // The ranges end in the millions: a few thousand divisions.
        while divisor <= number / divisor {
            guard !number.isMultiple(of: divisor) else { throw error("\(number) is not a prime number") }
            divisor += 1
        }
        guard number > 1 else { throw error("\(number) is not a prime number") }
        return number
    }
}
