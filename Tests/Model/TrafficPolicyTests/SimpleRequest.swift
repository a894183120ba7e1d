import TrafficPolicy

/// A request as a table of texts.
struct SimpleRequest: RequestFacts {
    var authority: ArraySlice<UInt8>
    var target: ArraySlice<UInt8>
    var method: ArraySlice<UInt8>
    var scheme: ArraySlice<UInt8>
    var headers: [[UInt8]: ArraySlice<UInt8>]

    init(
        _ authority: String, _ target: String = "/", method: String = "GET", scheme: String = "http",
        headers: [String: String] = [:]
    ) {
        self.authority = authority.slice
        self.target = target.slice
        self.method = method.slice
        self.scheme = scheme.slice
        self.headers = Dictionary(uniqueKeysWithValues: headers.map { (Array($0.key.utf8), $0.value.slice) })
    }

    func header(_ name: [UInt8]) -> ArraySlice<UInt8>? { headers[name] }
}

extension String {
    /// The bytes, not at the begin of their storage: whoever counts from 0 instead of `startIndex` is found out.
    var slice: ArraySlice<UInt8> { (Array("junk".utf8) + Array(utf8)).dropFirst(4) }
}
