import GraphLayout
import MeshModel
import TerminalUI

/// How much a box tells.
enum BoxDetail: Hashable, Sendable {
    /// Three lines with p50, too.
    case large
    /// `│   96/s   0.2 %   41 ms │`
    case wide
    /// Three lines: rate, errors, p95.
    case tall
    /// As small, with room for most names.
    case middle
    /// `│ 96/s  41ms│`, with errors in the lower edge once there are any.
    case small

    var size: Size {
        switch self {
        case .large: Size(width: 26, height: 5)
        case .wide: Size(width: 26, height: 3)
        case .tall: Size(width: 20, height: 5)
        case .middle: Size(width: 17, height: 3)
        case .small: Size(width: 13, height: 3)
        }
    }

    /// Whether rate and latency share one line.
    var isTight: Bool { self == .middle || self == .small }
}

/// Boxes of one detail at one distance.
///
/// Which one is chosen depends on the room and the structure, never on the numbers: no box changes its size while
/// traffic flows.
struct SceneStyle: Hashable, Sendable {
    let detail: BoxDetail
    let spacing: LayoutSpacing

    /// From the most generous to the tightest. The last is taken when none fits: then the picture is panned.
    static let all: [SceneStyle] = [
        SceneStyle(.large, rows: 3, columns: 12), SceneStyle(.large, rows: 3, columns: 8),
        SceneStyle(.large, rows: 3, columns: 4), SceneStyle(.large, rows: 1, columns: 4),
        SceneStyle(.wide, rows: 2, columns: 8), SceneStyle(.wide, rows: 1, columns: 4),
        SceneStyle(.tall, rows: 2, columns: 9), SceneStyle(.tall, rows: 1, columns: 7),
        SceneStyle(.tall, rows: 1, columns: 5), SceneStyle(.tall, rows: 1, columns: 4),
        SceneStyle(.tall, rows: 1, columns: 3), SceneStyle(.middle, rows: 1, columns: 6),
        SceneStyle(.middle, rows: 1, columns: 4), SceneStyle(.middle, rows: 1, columns: 3),
        SceneStyle(.small, rows: 1, columns: 6), SceneStyle(.small, rows: 1, columns: 4),
        SceneStyle(.small, rows: 1, columns: 3),
        SceneStyle(.small, rows: 0, columns: 3),
    ]

    /// Lines long enough for words on them. When even the last is too wide, the picture is panned.
    static let labelled: [SceneStyle] = [
        SceneStyle(.large, rows: 3, columns: 12), SceneStyle(.large, rows: 1, columns: 12),
        SceneStyle(.wide, rows: 1, columns: 12), SceneStyle(.tall, rows: 1, columns: 11),
        SceneStyle(.tall, rows: 1, columns: 9), SceneStyle(.small, rows: 1, columns: 10),
        SceneStyle(.small, rows: 1, columns: 8),
    ]

    private init(_ detail: BoxDetail, rows: Int, columns: Int) {
        self.detail = detail
        spacing = LayoutSpacing(rows: rows, columns: columns)
    }
}
