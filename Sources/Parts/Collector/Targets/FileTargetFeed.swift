internal import SystemIO

/// A file of targets, looked at once a second.
final class FileTargetFeed: TargetFeed {
    private static let interval = Duration.seconds(1)
    private static let limit = 16 << 20

    private let path: String
    private let loop: EventLoop
    private let errands: Errands
    private let onList: ([TargetEntry]) -> Void
    private var stamp: FileStamp?
    private var hasList = false
    private(set) var trouble: String?

    init(path: String, loop: EventLoop, errands: Errands, onList: @escaping ([TargetEntry]) -> Void) {
        self.path = path
        self.loop = loop
        self.errands = errands
        self.onList = onList
    }

    private enum Finding: Sendable {
        case unchanged
        case list([TargetEntry], FileStamp?)
        case failure(String, FileStamp?)
    }

    func start() {
        let path = path
        let known = stamp
        errands.run {
            // Taken before reading: what is written meanwhile is a change that the next look finds.
            let stamp = FileStamp(path)
            if stamp != nil, stamp == known { return Finding.unchanged }
            return Self.read(path, stamp)
        } then: { [weak self] in
            self?.take($0)
        }
    }

    private static func read(_ path: String, _ stamp: FileStamp?) -> Finding {
        do {
            let bytes = try Files.read(path, limit: limit)
            return .list(try TargetList.parse(bytes, name: path, syntax: TargetList.Syntax(file: path)), stamp)
        } catch let error as SystemError {
            return .failure("\(path) cannot be read: \(error.reason)", stamp)
        } catch {
            return .failure("\(error)", stamp)
        }
    }

    private func take(_ finding: Finding) {
        switch finding {
        case .unchanged: break
        case .list(let list, let stamp):
            self.stamp = stamp
            trouble = nil
            hasList = true
            onList(list)
        case .failure(let reason, let stamp):
            self.stamp = stamp
            trouble = hasList ? "\(reason); the last list of targets still counts" : reason
        }
        loop.schedule(after: Self.interval) { [weak self] in self?.start() }
    }
}
