/// Where a history is kept, and how much of it: what a person writes down, or types.
package struct HistoryPlace: Hashable, Sendable {
    package var file: String
    /// Nothing for what is usual.
    package var age: Duration?
    /// In bytes.
    package var size: Int64?
    /// Whether it was asked for now. Then it is written, or that is an error; one that stands in a configuration may be
    /// another process' as well, which two consoles on one mesh have in common.
    package var isRequired: Bool

    package init(file: String, age: Duration? = nil, size: Int64? = nil, isRequired: Bool = true) {
        self.file = file
        self.age = age
        self.size = size
        self.isRequired = isRequired
    }

    /// Opens the history; only to look back, when it is another's and need not be ours.
    ///
    /// - Parameter source: what is watched, in words.
    package func open(source: String) throws(RecordingError) -> MeshHistory {
        var options = HistoryOptions()
        options.age = age ?? options.age
        options.size = size ?? options.size
        options.source = source
        do throws(RecordingError) {
            return try MeshHistory(file: file, options)
        } catch {
            guard case .held = error, !isRequired else { throw error }
            return try MeshHistory(reading: file)
        }
    }
}
