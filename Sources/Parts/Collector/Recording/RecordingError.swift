package import Storage

/// Why a recording cannot be made or read, in words for people.
package enum RecordingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is a file of that name already.
    case exists(file: String)
    case missing(file: String)
    /// A database of somebody else's, or no database at all.
    case noRecording(file: String)
    /// Written by a release that knows more than this one.
    case newer(file: String, version: Int64)
    /// Cut off, or damaged.
    case damaged(file: String, reason: String)
    /// There is something else than a history in the file.
    case noHistory(file: String, isRecording: Bool)
    /// Another process writes to it.
    case held(file: String)
    /// Nothing was scraped while it was recorded.
    case empty(file: String)
    case storage(StorageError)
    case noThread(reason: String)

    package var description: String {
        switch self {
        case .exists(let file): "\(file) is there already; name another file, or remove it"
        case .missing(let file): "there is no file \(file)"
        case .noRecording(let file): "\(file) is not a recording; meshtop record makes one"
        case .newer(let file, let version):
            "\(file) was recorded by a newer meshtop: its layout has version \(version), and this one knows "
                + "\(RecordingSchema.version)"
        case .damaged(let file, let reason):
            "\(file) is cut off or damaged (\(reason)); sqlite3 \(file) .recover may save a part of it"
        case .noHistory(let file, let isRecording):
            isRecording
                ? "\(file) is a recording; a history removes what is old, so give it a file of its own"
                : "\(file) is not a history of meshtop; name a file that is not there yet, and it will be made"
        case .held(let file):
            "\(file) is written by another meshtop; two cannot keep one history, so name another file or end the other"
        case .empty(let file): "\(file) holds nothing yet: no scrape was recorded"
        case .storage(let error): error.description
        case .noThread(let reason): "nothing can be recorded: \(reason)"
        }
    }

    /// What became of reading or writing `error.file`.
    init(_ error: StorageError) {
        self = error.code == .damaged ? .damaged(file: error.file, reason: error.message) : .storage(error)
    }
}
