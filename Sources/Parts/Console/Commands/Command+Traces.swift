extension Command {
    /// What is done with traces: in their list, and in one of them.
    static let traces: [Command] = [
        Command(
            "earlier", ["left", "h"], .move(.left), in: [.traces, .detail],
            "the trace that began before this one; on a heatmap the moment before"),
        Command("later", ["right", "l"], .move(.right), in: [.traces, .detail], "the one after"),
        Command(
            "heatmap", ["m"], .enterHeatmap, in: [.detail], label: "heatmap",
            "choose a cell of the heatmap; Enter opens its traces"),
        Command(
            "shapes", ["tab"], .nextTraceMode, in: [.traces], label: "shapes",
            "group the traces by shape, or list each by itself"),
        Command("follow", ["F"], .toggleFollowing, in: [.traces], label: "follow", "new traces come by themselves"),

        Command("next-error", ["x"], .jump(.error, 1), in: [.waterfall], label: "error", "the next span that failed"),
        Command("previous-error", ["X"], .jump(.error, -1), in: [.waterfall], "the one before that failed"),
        Command(
            "next-slow", ["s"], .jump(.slowest, 1), in: [.waterfall], label: "slowest",
            "the span that took the most time itself, then the next"),
        Command("previous-slow", ["S"], .jump(.slowest, -1), in: [.waterfall], "back to the slower one"),
        Command(
            "next-critical", ["c"], .jump(.critical, 1), in: [.waterfall], label: "critical",
            "the next span of the critical path"),
        Command("previous-critical", ["C"], .jump(.critical, -1), in: [.waterfall], "the one before on the path"),
        Command("next-match", ["n"], .jump(.match, 1), in: [.waterfall], "the next span that was found"),
        Command("previous-match", ["N"], .jump(.match, -1), in: [.waterfall], "the one before that was found"),
        Command("toggle-fold", ["enter"], .fold(.toggle), in: [.waterfall], "fold what is below a span, or open it"),
        Command("fold", ["left", "h"], .fold(.close), in: [.waterfall], "fold it, or go to the span above"),
        Command("unfold", ["right", "l"], .fold(.open), in: [.waterfall], "open it, or go to the first span below"),
        Command("fold-all", ["F"], .fold(.all), in: [.waterfall], "fold everything, or open everything"),
        Command(
            "zoom-in", ["+"], .zoom(.closer), in: [.waterfall], label: "zoom", "half as much time, around the span"),
        Command("zoom-out", ["-"], .zoom(.wider), in: [.waterfall], "twice as much time"),
        Command("zoom-span", ["z"], .zoom(.span), in: [.waterfall], "the selected span as wide as the axis"),
        Command("whole-trace", ["0"], .zoom(.all), in: [.waterfall], "all of the trace"),
        Command("pan-earlier", ["<", "shift+left"], .zoom(.earlier), in: [.waterfall], "a quarter earlier"),
        Command("pan-later", [">", "shift+right"], .zoom(.later), in: [.waterfall], "a quarter later"),

        Command(
            "compare", ["="], .compareTraces, in: [.traces, .waterfall, .flame, .statistics], label: "compare",
            "with the marked trace, or with what others of its shape usually take"),
        Command(
            "flame", ["f"], .showFlame, in: [.traces, .waterfall, .compare, .statistics], label: "flame",
            "a flame graph of the trace, or of all that are listed"),
        Command(
            "statistics", ["#"], .showStatistics, in: [.traces, .waterfall, .compare, .flame], label: "statistics",
            "what each operation took, in the trace or in all that are listed"),
        Command(
            "zoom-flame", ["enter"], .zoomFlame, in: [.flame], label: "zoom", "one box as wide as the screen, or back"),
        Command(
            "mark", ["m"], .markTrace, in: [.traces, .waterfall], label: "mark", "mark a trace to compare others with"),
        Command(
            "on-graph", ["o"], .lightTrace, in: [.traces, .waterfall], label: "graph",
            "the graph, with the way of this trace"),
    ]
}
