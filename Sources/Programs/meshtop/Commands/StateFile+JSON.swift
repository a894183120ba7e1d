import Console
import GraphLayout
import JSONWire
import MeshModel

extension StateFile {
    init(_ value: JSONValue) {
        guard value["version"]?.int == StateFile.version else { return }
        meshes = (value["meshes"]?.array ?? []).compactMap { entry in
            entry["mesh"]?.string.map { Mesh(source: $0, console: KeptConsole(entry)) }
        }
    }

    var json: JSONValue {
        let entries = meshes.map { mesh -> JSONValue in
            var entry = mesh.console.json
            entry["mesh"] = .string(mesh.source)
            return entry
        }
        return .object(["version": .integer(Int64(StateFile.version)), "meshes": .array(entries)])
    }
}

extension KeptConsole {
    fileprivate init(_ value: JSONValue) {
        self.init()
        commands = value["commands"]?.strings ?? []
        filters = value["filters"]?.strings ?? []
        times = value["times"]?.strings ?? []
        for kind in TableKind.allCases {
            guard let table = value["tables"]?[kind.rawValue], let sort = table["sort"]?.string else { continue }
            tables[kind] = Table(
                sort: sort, isDescending: table["descending"]?.bool ?? false, filter: table["filter"]?.string ?? "",
                hidden: table["hidden"]?.strings ?? [])
        }
        guard let graph = value["graph"] else { return }
        graphType = graph["type"]?.string.flatMap(GraphType.init) ?? graphType
        edgeLabel = graph["label"]?.string.flatMap(EdgeLabel.init) ?? edgeLabel
        find = graph["find"]?.string ?? find
        hide = graph["hide"]?.string ?? hide
        isAnimated = graph["animation"]?.bool ?? isAnimated
        showsPane = graph["pane"]?.bool ?? showsPane
        showsMinimap = graph["minimap"]?.bool ?? showsMinimap
        picture = graph["picture"].flatMap(Picture.init)
    }

    fileprivate var json: JSONValue {
        var graph: JSONValue = .object([
            "type": .string(graphType.rawValue), "label": .string(edgeLabel.rawValue), "find": .string(find),
            "hide": .string(hide), "animation": .bool(isAnimated), "pane": .bool(showsPane),
            "minimap": .bool(showsMinimap),
        ])
        graph["picture"] = picture?.json
        var lists: JSONValue = .object([:])
        for kind in TableKind.allCases {
            lists[kind.rawValue] = tables[kind].map { table in
                .object([
                    "sort": .string(table.sort), "descending": .bool(table.isDescending),
                    "filter": .string(table.filter), "hidden": .strings(table.hidden),
                ])
            }
        }
        return .object([
            "commands": .strings(commands), "filters": .strings(filters), "times": .strings(times), "tables": lists,
            "graph": graph,
        ])
    }
}

extension KeptConsole.Picture {
    fileprivate init?(_ value: JSONValue) {
        guard let style = value["style"]?.int, let boxes = value["boxes"]?.array else { return nil }
        var places: [MeshNode.ID: LayoutPlaces<MeshNode.ID>.Place] = [:]
        for box in boxes {
            guard let id = box["id"]?.string, let column = box["column"]?.int, let row = box["row"]?.int,
                let width = box["width"]?.int, let height = box["height"]?.int
            else { continue }
            places[MeshNode.ID(id)] = .init(column: column, row: row, width: width, height: height)
        }
        let bends = (value["bends"]?.array ?? []).compactMap { bend -> LayoutPlaces<MeshNode.ID>.Bend? in
            guard let source = bend["from"]?.string, let target = bend["to"]?.string, let column = bend["column"]?.int,
                let row = bend["row"]?.int
            else { return nil }
            return .init(edge: .init(source: .init(source), target: .init(target)), column: column, row: row)
        }
        self.init(
            style: style,
            places: LayoutPlaces(
                places: places, bends: Set(bends), freshCrossings: value["crossings"]?.int ?? 0,
                freshTurns: value["turns"]?.int ?? 0))
    }

    fileprivate var json: JSONValue {
        let boxes = places.places.sorted { $0.key < $1.key }.map { id, place -> JSONValue in
            .object([
                "id": .string(id.text), "column": .whole(place.column), "row": .whole(place.row),
                "width": .whole(place.width), "height": .whole(place.height),
            ])
        }
        let bends = places.bends.sorted { ($0.edge, $0.column) < ($1.edge, $1.column) }.map { bend -> JSONValue in
            .object([
                "from": .string(bend.edge.source.text), "to": .string(bend.edge.target.text),
                "column": .whole(bend.column), "row": .whole(bend.row),
            ])
        }
        return .object([
            "style": .whole(style), "crossings": .whole(places.freshCrossings), "turns": .whole(places.freshTurns),
            "boxes": .array(boxes), "bends": .array(bends),
        ])
    }
}

extension JSONValue {
    fileprivate var strings: [String]? { array?.compactMap(\.string) }
    fileprivate static func strings(_ values: [String]) -> JSONValue { .array(values.map(JSONValue.string)) }
    fileprivate static func whole(_ value: Int) -> JSONValue { .integer(Int64(value)) }
}
