/// A worker's finished spans until the telemetry thread fetches them. Bounded: what does not fit is counted and gone.
struct SpanBuffer {
    static let limit = 2_048

    private var records: [SpanRecord] = []
    private(set) var dropped: UInt64 = 0

    mutating func append(_ record: SpanRecord) {
        guard records.count < Self.limit else {
            dropped &+= 1
            return
        }
        records.append(record)
    }

    /// All spans so far; the buffer is empty afterwards.
    mutating func take() -> [SpanRecord] {
        let taken = records
        records = []
        return taken
    }
}
