import MeshModel
import Quantities
import TerminalUI

/// The weights of one service, side by side with what is seen of them.
enum CanaryScreen {
    static func draw(_ model: Model, on canvas: inout Canvas) {
        guard let state = model.canary, let split = model.split(of: state.service) else {
            return canvas.sentence(
                "this service has no weighted route any more; Esc goes back", in: model.geometry.body)
        }
        guard let reading = model.reading(of: state.service) else { return EmptyScreen.draw(model, on: &canvas) }
        let body = model.geometry.body
        let area = Rect(x: 2, y: body.y + 1, width: min(body.width - 4, 140), height: body.height - 1)
        var y = area.y
        canvas.put(heading(split, reading, model), x: area.x, y: y, width: area.width)
        y += 2
        let columns = Columns(in: area)
        drawTitles(columns, y: y, on: &canvas)
        for (index, version) in reading.versions.enumerated() where y + 1 < area.maxY {
            y += 1
            let row = Rect(x: area.x - 1, y: y, width: area.width + 2, height: 1)
            canvas.hit(row, .version(index))
            canvas.highlighted(index == state.edit.focus, row) { canvas in
                draw(
                    version, percent: percent(state, index), trend: trend(of: index, split, model), columns, y: y,
                    on: &canvas)
            }
            // A second line shows the share on an axis, where there is room for it.
            if area.height >= 8 + 2 * reading.versions.count {
                y += 1
                drawAxis(
                    version, percent: percent(state, index), x: area.x + 2, y: y, width: area.width - 4, on: &canvas)
                y += area.height >= 14 + 3 * reading.versions.count ? 1 : 0
            }
        }
        y += 2
        for line in CanaryWords.lines(state, split, reading, model, canvas.signs) where y < area.maxY {
            canvas.put(line, x: area.x, y: y, width: area.width)
            y += 1
        }
        if case .asking(let question) = state.phase { CanaryQuestion.draw(question, in: body, on: &canvas) }
    }

    /// The rates of the last two minutes into one version, oldest first.
    private static func trend(of index: Int, _ split: TrafficSplit, _ model: Model) -> [Float] {
        guard let mesh = model.mesh, split.shares.indices.contains(index) else { return [] }
        let ids = CanaryReading.nodes(of: split.shares[index], split.service, in: mesh.snapshot).map(\.id)
        return model.trends.rates(into: ids, until: mesh.snapshot.time)
    }

    private static func percent(_ state: CanaryState, _ index: Int) -> Int {
        state.edit.percents.indices.contains(index) ? state.edit.percents[index] : 0
    }

    private static func heading(_ split: TrafficSplit, _ reading: CanaryReading, _ model: Model) -> TextLine {
        let window = model.mesh?.snapshot.window ?? .zero
        return TextLine(
            [
                Piece(split.service.name, .title), Piece(" in \(split.service.namespace)", .dim),
                Piece("   VirtualService \(split.owner)", .dim),
            ],
            right: [
                Piece(Field.samples(reading.samples), .text),
                Piece(" requests in \(Field.age(window))", .dim),
            ])
    }

    // MARK: Rows

    private struct Columns {
        let version, weight, seen, band, rate, errors: Int
        /// Only where there is room.
        let p50, p99, trend: Int?
        let p95: Int

        init(in area: Rect) {
            let isWide = area.width >= 90
            version = area.x
            weight = version + (isWide ? 20 : 11)
            seen = weight + (isWide ? 16 : 13)
            band = seen + 9
            rate = band + (isWide ? 22 : 16)
            errors = rate + 9
            guard area.width >= 108 else {
                p95 = errors + 9
                (p50, p99, trend) = (nil, nil, nil)
                return
            }
            p50 = errors + 9
            p95 = errors + 18
            p99 = errors + 27
            trend = area.width >= errors - area.x + 38 + TrendMemory.length ? errors + 38 : nil
        }
    }

    private static func drawTitles(_ columns: Columns, y: Int, on canvas: inout Canvas) {
        var titles = [
            ("version", columns.version, 8), ("  weight", columns.weight, 12), ("   seen", columns.seen, 8),
            ("99 % band", columns.band, 14), ("  rate", columns.rate, 7), ("errors", columns.errors, 7),
            ("   p95", columns.p95, 7),
        ]
        for (title, column) in [("   p50", columns.p50), ("   p99", columns.p99), ("rate", columns.trend)] {
            if let column { titles.append((title, column, 7)) }
        }
        for (title, x, width) in titles { canvas.put([Piece(title, .dim)], x: x, y: y, width: width) }
    }

    private static func draw(
        _ version: CanaryReading.Version, percent: Int, trend: [Float], _ columns: Columns, y: Int,
        on canvas: inout Canvas
    ) {
        let signs = canvas.signs
        let stored = Int((version.intended.value * 100).rounded())
        canvas.put(
            [Piece(version.subset, .strong)], x: columns.version, y: y, width: columns.weight - columns.version - 1)
        let weight: [Piece] =
            percent == stored
            ? [Piece(Field.right("\(percent) %", 8), .strong)]
            : [
                Piece(Field.right("\(stored)", 3), .dim), Piece(" \(signs.arrow) ", .dim),
                Piece(Field.left("\(percent) %", 5), .accent),
            ]
        canvas.put(weight, x: columns.weight, y: y, width: columns.seen - columns.weight)
        let (band, glyph, tone) = verdict(version.verdict, signs)
        canvas.put(
            [Piece(Field.right(share(version.observed), 7), tone == .failure ? .failure : .text)], x: columns.seen,
            y: y, width: 8)
        canvas.put(
            [Piece(glyph + " ", tone), Piece(band, .dim)], x: columns.band, y: y, width: columns.rate - columns.band - 1
        )
        let traffic = version.traffic
        canvas.put([Piece(Field.rate(traffic?.rate))], x: columns.rate, y: y, width: 7)
        canvas.put(
            [Piece(Field.percent(traffic?.errors), .errors(traffic?.errors?.value, version.health))], x: columns.errors,
            y: y, width: 7)
        for (value, column) in [
            (traffic?.latency?.p50, columns.p50), (traffic?.latency?.p95, columns.p95),
            (traffic?.latency?.p99, columns.p99),
        ] {
            if let column { canvas.put([Piece(Field.latency(value))], x: column, y: y, width: 7) }
        }
        if let column = columns.trend {
            let curve = Sparkline.text(trend.map(Double.init), width: TrendMemory.length, canvas.glyphs)
            canvas.put([Piece(curve, .traffic)], x: column, y: y, width: TrendMemory.length)
        }
    }

    /// One digit after the point: the band is often narrower than a percent.
    private static func share(_ ratio: Ratio?) -> String {
        ratio.map { Humane.fixed($0.value * 100, decimals: 1) + " %" } ?? "–"
    }

    private static func verdict(_ verdict: CanaryReading.Verdict, _ signs: Signs) -> (String, String, Tone) {
        func text(_ band: BinomialBand) -> String {
            Humane.fixed(band.low.value * 100, decimals: 1) + "–" + Humane.fixed(band.high.value * 100, decimals: 1)
        }
        return switch verdict {
        case .noTraffic: ("no traffic", signs.unknown, .unknown)
        case .settling(let rest): ("settling \(Field.age(rest))", signs.unknown, .unknown)
        case .within(let band): (text(band), signs.healthy, .healthy)
        case .outside(let band): (text(band), signs.failure, .failure)
        }
    }

    /// The share from 0 to 100 %: what was seen as a bar, the band as a bracket, the weight as a mark on it.
    private static func drawAxis(
        _ version: CanaryReading.Version, percent: Int, x: Int, y: Int, width: Int, on canvas: inout Canvas
    ) {
        guard width >= 10 else { return }
        for column in 0..<width { canvas.put(canvas.signs.axis, x: x + column, y: y, .border) }
        func column(_ share: Double) -> Int { x + min(width - 1, Int(share * Double(width))) }
        if let seen = version.observed, seen.value > 0 {
            for cell in x...column(seen.value) { canvas.put(canvas.glyphs.heavyBox.horizontal, x: cell, y: y, .dim) }
        }
        switch version.verdict {
        case .within(let band), .outside(let band):
            canvas.put(canvas.signs.bandLeft, x: column(band.low.value), y: y, .text)
            canvas.put(canvas.signs.bandRight, x: column(band.high.value), y: y, .text)
        case .noTraffic, .settling: break
        }
        let isMoved = percent != Int((version.intended.value * 100).rounded())
        canvas.put(canvas.signs.bandMark, x: column(version.intended.value), y: y, isMoved ? .dim : .accent)
        if isMoved { canvas.put(canvas.signs.bandMark, x: column(Double(percent) / 100), y: y, .accent) }
    }
}

extension Model {
    /// What is seen of a split, against what is stored.
    func reading(of service: ServiceName) -> CanaryReading? {
        guard let mesh, let split = split(of: service) else { return nil }
        return CanaryReading(of: split, in: mesh.snapshot, changedAt: stored[service]?.time)
    }
}
