package import Quantities

/// Somebody who remembers how the mesh was: a collector with its history, or a recorded file.
package protocol MeshPast: Sendable {
    /// The mesh over the window that ended at `time`.
    ///
    /// May wait; any thread may call it but the one that remembers.
    ///
    /// - Parameter window: what rates and quantiles cover; nothing for what live snapshots cover.
    /// - Throws: when nothing is remembered of that time, or nobody answers.
    func snapshot(ending time: WallTime, window: Duration?) throws(MeshPastFailure) -> MeshSnapshot
}

/// Why a moment of the past cannot be shown.
package struct MeshPastFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// A sentence for people.
    package var description: String
    /// From when on there is something to show, when that is known and the moment asked for was earlier.
    package var earliest: WallTime?

    package init(_ description: String, earliest: WallTime? = nil) {
        self.description = description
        self.earliest = earliest
    }
}
