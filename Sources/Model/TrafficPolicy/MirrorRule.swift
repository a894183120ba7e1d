/// A cluster that gets a copy of some of a rule's requests, and whose answers nobody sees.
package struct MirrorRule: Sendable, Hashable {
    package var cluster: String
    package var share: RequestShare
    /// Whether the copy's host says that it is one.
    package var marksHost: Bool

    package init(cluster: String, share: RequestShare = .all, marksHost: Bool = true) {
        self.cluster = cluster
        self.share = share
        self.marksHost = marksHost
    }

    /// The host of a copy: `catalog-shadow`, `catalog-shadow:8080`. An IPv6 address keeps its brackets.
    package static func markedHost(_ authority: some Collection<UInt8>) -> [UInt8] {
        let bytes = Array(authority)
        let name: ArraySlice<UInt8>
        if let colon = bytes.lastIndex(of: UInt8(ascii: ":")), !bytes[colon...].contains(UInt8(ascii: "]")) {
            name = bytes[..<colon]
        } else {
            name = bytes[...]
        }
        return Array(name) + "-shadow".utf8 + bytes[name.endIndex...]
    }
}
