internal import JSONWire

/// The pods of a cluster as its API server tells them: pages of a list, then changes. No sockets, no clock.
///
/// <https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes>
struct PodList {
    /// What is wrong with an answer, in words.
    struct Failure: Error, Hashable, CustomStringConvertible {
        var description: String
        /// Whether what is known is too old to go on from, so that the list must be read again.
        var isExpired = false
    }

    /// A cluster has no more than 150,000 pods: <https://kubernetes.io/docs/setup/best-practices/cluster-large/>.
    static let capacity = 150_000

    private(set) var pods: [Pod.ID: Pod] = [:]
    /// From where on to watch.
    private(set) var version = ""
    private var coming: [Pod.ID: Pod] = [:]

    /// Takes a page of the list.
    ///
    /// - Returns: what the next page is asked for with; nothing after the last.
    mutating func take(page bytes: [UInt8]) throws(Failure) -> String? {
        let value = try Self.parse(bytes)
        guard let items = value["items"]?.array else { throw Failure(description: "the answer is no list of pods") }
        for item in items where coming.count < Self.capacity {
            if let pod = Pod(item) { coming[pod.id] = pod }
        }
        if let next = value["metadata"]?["continue"]?.string, !next.isEmpty { return next }
        version = value["metadata"]?["resourceVersion"]?.string ?? ""
        pods = coming
        coming = [:]
        return nil
    }

    /// Begins again with the first page.
    mutating func startOver() { coming = [:] }

    /// Takes one line of a watch.
    ///
    /// - Returns: whether a pod has come, gone or changed in what matters.
    mutating func take(event bytes: [UInt8]) throws(Failure) -> Bool {
        let value = try Self.parse(bytes)
        guard let object = value["object"], let type = value["type"]?.string else {
            throw Failure(description: "an event has no type or no object")
        }
        if type == "ERROR" {
            let reason = object["message"]?.string.map { String($0.prefix(200)) } ?? "an error without a message"
            throw Failure(description: reason, isExpired: object["code"]?.int == 410)
        }
        if let version = object["metadata"]?["resourceVersion"]?.string { self.version = version }
        guard type != "BOOKMARK", let pod = Pod(object) else { return false }
        let known = pods[pod.id]
        switch type {
        case "ADDED", "MODIFIED":
            guard known != nil || pods.count < Self.capacity else { return false }
            pods[pod.id] = pod
            return known != pod
        case "DELETED":
            pods[pod.id] = nil
            return known != nil
        default: return false
        }
    }

    private static func parse(_ bytes: [UInt8]) throws(Failure) -> JSONValue {
        do throws(JSONError) {
            return try JSONValue.parse(bytes)
        } catch {
            throw Failure(description: "the answer is no JSON: \(error)")
        }
    }
}
