extension Command {
    /// Every command, in the order the help screen tells them.
    package static let all: [Command] =
        moving + lists + traces + config + screens + sights + canary + time + themes + general

    private static let moving: [Command] = [
        Command("up", ["up", "k"], .move(.up), in: .screens, "up: the nearest box, or the row above"),
        Command("down", ["down", "j"], .move(.down), in: .screens, "down"),
        Command(
            "left", ["left", "h"], .move(.left), in: [.graph, .flame], "left, against the flow"),
        Command(
            "right", ["right", "l"], .move(.right), in: [.graph, .flame], "right, with the flow"),
        Command(
            "next-failing", ["x"], .nextFailingEdge, in: [.graph], label: "failing",
            "the worst edge, then the next worst"),
        Command("previous-failing", ["X"], .previousFailingEdge, in: [.graph], "the failing edge before"),
        Command("next-edge", ["tab"], .nextEdge, in: [.graph], label: "edges", "next edge of the selected box"),
        Command("previous-edge", ["shift+tab"], .previousEdge, in: [.graph], "previous edge of the selected box"),
        Command("open", ["enter"], .open, in: [.graph], label: "open", "everything about what is selected"),
        Command(
            "open-row", ["enter"], .open,
            in: Set<Context>.tables.union([.traces, .detail, .compare, .statistics, .config, .configHistory])
                .union(Set<Context>.sights),
            label: "open", "open the selected row"),
        Command("page-up", ["pgup", "ctrl+u", "ctrl+b"], .page(.up), in: .lists, "one page up"),
        Command("page-down", ["pgdn", "ctrl+d", "ctrl+f"], .page(.down), in: .lists, "one page down"),
        Command("first", ["home"], .goToStart, in: .lists.union([.graph]), "the first row, or the first box"),
        Command(
            "top", ["g"], .goToStart, in: Set<Context>.lists.subtracting([.config, .configObject]), "the first row"),
        Command("last", ["end", "G"], .goToEnd, in: .lists.union([.graph]), "the last row, or the last box"),
        Command("pan-up", ["shift+up"], .pan(.up), in: [.graph], "pan the picture (wheel, too)"),
        Command("pan-down", ["shift+down"], .pan(.down), in: [.graph], "pan down"),
        Command("pan-left", ["shift+left"], .pan(.left), in: [.graph], "pan left"),
        Command("pan-right", ["shift+right"], .pan(.right), in: [.graph], "pan right"),
        Command("layout", ["="], .layOut, in: [.graph], "lay the picture out afresh to fit the screen"),
        Command(
            "find", ["f"], .find, in: [.graph], label: "filter", argument: .expression,
            "mark what an expression finds: p95 > 100, ! healthy, name = web"),
        Command("hide", ["F"], .hide, in: [.graph], argument: .expression, "leave out what an expression finds"),
        Command("unhealthy", ["H"], .toggleUnhealthyOnly, in: [.graph], "only what is not well, or everything"),
        Command("idle", ["i"], .toggleIdle, in: [.graph], "with or without what is idle"),
        Command(
            "next-labels", ["v"], .changeLabels(1), in: [.graph], label: "labels", "write something else on the lines"),
        Command("previous-labels", ["V"], .changeLabels(-1), in: [.graph], "the labels before"),
        Command("labels", [], .setLabels, in: [.graph], argument: .label, "what to write on the lines: labels p95"),
        Command(
            "graph-type", ["g"], .nextGraphType, in: [.graph], label: "group",
            "a graph of versions, apps, services or workloads"),
        Command(
            "collapse", ["n"], .toggleFold, in: [.graph],
            "the namespace of what is selected as one box, or its boxes (Enter unfolds, too)"),
        Command("collapse-all", ["N"], .toggleAllFolds, in: [.graph], "every namespace as one box, or none"),
        Command(
            "focus", ["o"], .changeFocus, in: [.graph],
            "only what is one call away from the selection; again two, three, everything"),
        Command(
            "diff", ["d"], .toggleDiff, in: [.graph],
            "from now on how everything moves against this moment; also across time: t, d, L"),
        Command("larger", [">", "+"], .zoomGraph(-1), in: [.graph], "larger boxes, which tell more"),
        Command("smaller", ["<"], .zoomGraph(1), in: [.graph], "smaller boxes, of which more fit"),
        Command("fit", ["0"], .zoomGraph(0), in: [.graph], "the boxes that fit"),
        Command("center", ["z"], .center, in: [.graph], "bring the selection to the middle"),
        Command("select", [], .select, in: .screens, argument: .node, "select a box by its name"),
    ]

    private static let screens: [Command] = [
        Command("graph", ["1"], .showGraph, in: .browsing, "the graph"),
        Command("services", ["2"], .showTable(.services), in: .browsing, label: "services", "all services as a table"),
        Command("workloads", ["3"], .showTable(.workloads), in: .browsing, "all workloads, each version by itself"),
        Command("edges", ["4"], .showTable(.edges), in: .browsing, label: "edges", "who calls whom, as a table"),
        Command(
            "edge-table", ["e"], .showTable(.edges), in: Set<Context>.browsing.subtracting([.config, .configObject]),
            "the same"),
        Command(
            "detail", ["5"], .showDetail, in: Set<Context>.browsing.subtracting([.detail]),
            "everything about what is selected"),
        Command("traces", ["6"], .showTraces, in: .browsing, label: "traces", "traces of what is selected"),
        Command("weights", ["w"], .showCanary, in: .browsing, label: "weights", "move the weights of a service"),
        Command(
            "filter-prompt", ["/"], .promptFilter,
            in: Set<Context>.tables.union([.graph, .traces, .waterfall, .config, .configObject])
                .union(Set<Context>.sights),
            label: "find",
            "filter the rows – words, or “p95 > 100” –, or find a box or a span"),
        Command(
            "filter", [], .filter,
            in: Set<Context>.tables.union([.traces, .waterfall, .config, .configObject]).union(Set<Context>.sights),
            argument: .text(hint: "text"),
            "keep the rows that contain a text, or that an expression finds"),
        Command(
            "next-sort", ["s", ">"], .nextSort,
            in: Set<Context>.tables.union([.traces, .statistics, .config]).union(Set<Context>.sights), label: "sort",
            "sort by the next column (or click a header)"),
        Command(
            "reverse", ["S", "<"], .reverseSort,
            in: Set<Context>.tables.union([.traces, .statistics, .config]).union(Set<Context>.sights),
            "reverse the order"),
        Command(
            "sort-name", ["N"], .sortBy(.name), in: .tables.union(Set<Context>.sights),
            "sort by name; again turns the order round"),
        Command("sort-rate", ["R"], .sortBy(.rate), in: .tables.union(Set<Context>.sights), "sort by rate"),
        Command(
            "sort-errors", ["E"], .sortBy(.errors), in: Set<Context>.tables.union([.traces]).union(Set<Context>.sights),
            "sort by failures"),
        Command(
            "sort-latency", ["P"], .sortBy(.p95), in: Set<Context>.tables.union([.traces]).union(Set<Context>.sights),
            "sort by p95, traces by duration"),
        Command(
            "sort-health", ["A"], .sortBy(.health), in: .tables.union(Set<Context>.sights),
            "sort by health, worst first"),
        Command("sort", [], .sort, in: .tables, argument: .column, "sort by a column: sort p99"),
        Command("columns", ["C"], .chooseColumns, in: .tables, label: "columns", "choose which columns are shown"),
        Command(
            "toggle-column", ["space", "enter"], .toggleMarkedColumn, in: [.columns], label: "show", "show or hide"),
        Command("column", [], .toggleColumn, in: .tables, argument: .column, "show or hide a column: column bytes"),
        Command("errors-only", ["x"], .toggleErrorsOnly, in: [.traces], label: "errors", "only traces with errors"),
        Command(
            "refresh", ["r", "ctrl+r", "f5"], .refresh,
            in: [
                .traces, .detail, .waterfall, .compare, .flame, .statistics, .config, .configObject, .configHistory,
                .security, .mesh,
            ],
            label: "refresh",
            "ask again"),
        Command(
            "pane", ["p"], .togglePane, in: [.graph, .traces, .waterfall],
            "hide or show the pane, or the points above the traces"),
        Command("animation", ["a"], .toggleAnimation, in: [.graph], "moving dots on or off"),
        Command(
            "minimap", ["m"], .toggleMinimap, in: [.graph],
            "the map of a graph that is larger than the screen, or none; a click on it goes there"),
    ]

    private static let time: [Command] = [
        Command("pause", ["space"], .togglePause, in: .timed, label: "pause", "hold this moment, or go on"),
        Command("step-back", ["["], .stepTime(-5), in: .timed, "5 seconds back, on every screen"),
        Command("step-on", ["]"], .stepTime(5), in: .timed, "5 seconds on"),
        Command("minute-back", ["{"], .stepTime(-60), in: .timed, "a minute back"),
        Command("minute-on", ["}"], .stepTime(60), in: .timed, "a minute on"),
        Command(
            "time", ["t"], .goToTime, in: .timed, label: "time", argument: .time,
            "go to a time: 5m ago, 14:03, 14:03:20, live"),
        Command("span", ["z"], .nextSpan, in: [.detail], label: "span", "how far back the charts reach: 5 min to 6 h"),
        Command("live", ["L"], .goLive, in: .timed, "the newest again"),
    ]

    private static let canary: [Command] =
        [
            Command(
                "more", ["+", "right", "l"], .moveWeight(5), in: [.canary], label: "5 %",
                "5 % more for the chosen version"),
            Command("less", ["-", "left", "h"], .moveWeight(-5), in: [.canary], "5 % less"),
            Command("next-version", ["tab"], .nextVersion, in: [.canary], label: "version", "choose the next version"),
            Command("previous-version", ["shift+tab"], .previousVersion, in: [.canary], "choose the previous version"),
        ]
        + (1...9).map { tens in
            Command(
                "weight-\(tens)0", ["\(tens)"], .setWeight(tens * 10), in: [.canary],
                "\(tens)0 % for the chosen version")
        } + [
            Command("weight-100", ["0"], .setWeight(100), in: [.canary], "everything to the chosen version"),
            Command("weight-0", ["z"], .setWeight(0), in: [.canary], "nothing to the chosen version"),
            Command("equal", ["="], .equalWeights, in: [.canary], label: "equal", "the same for every version"),
            Command("reset", ["r"], .resetWeights, in: [.canary], "back to the stored weights"),
            Command("apply", ["enter"], .open, in: [.canary], label: "apply", "show the difference and ask"),
            Command(
                "undo", ["u"], .undo, in: [.graph, .canary], label: "undo", "put the weights back as they were before"),
            Command(
                "guard", ["G"], .setGuard, in: [.canary], label: "guard",
                argument: .text(hint: "errors 2% 30s"),
                "put the weights back when a version is worse: guard errors 2% 30s, p99 50ms 1m, off"),
            Command(
                "yes", ["y", "Y"], .answerYes, in: [.question, .configQuestion], label: "apply", "apply the change"),
            Command(
                "no", ["n", "N", "esc", "q"], .answerNo, in: [.question, .configQuestion], label: "cancel",
                "leave everything as it is"),
            Command(
                "other-answer", ["tab", "shift+tab", "left", "right", "h", "l"], .otherAnswer,
                in: [.question, .configQuestion],
                label: "choose", "the other button"),
            Command("answer", ["enter"], .open, in: [.question, .configQuestion], "press the marked button"),
        ]

    private static let themes: [Command] = [
        Command(
            "theme", ["T"], .theme, in: .screens, argument: .theme,
            "other colours: a list with a preview, or the one named"),
        Command("previous-theme", ["up", "k"], .move(.up), in: [.themes], "the theme above, shown at once"),
        Command("next-theme", ["down", "j"], .move(.down), in: [.themes], "the theme below"),
        Command("themes-up", ["pgup", "ctrl+u", "ctrl+b"], .page(.up), in: [.themes], "ten themes up"),
        Command("themes-down", ["pgdn", "ctrl+d", "ctrl+f"], .page(.down), in: [.themes], "ten themes down"),
        Command("first-theme", ["home", "g"], .goToStart, in: [.themes], "the first theme"),
        Command("last-theme", ["end", "G"], .goToEnd, in: [.themes], "the last theme"),
        Command("keep-theme", ["enter"], .open, in: [.themes], label: "keep", "keep it, also for the next start"),
        Command(
            "old-theme", ["esc", "q", "backspace", "T"], .back, in: [.themes], label: "as before",
            "back to the theme from before"),
    ]

    private static let general: [Command] = [
        Command("command", [":"], .promptCommand, in: .screens, "type a command by its name"),
        Command("help", ["?", "f1"], .showHelp, in: .screens, label: "help", "the keys that are valid here"),
        Command("back", ["esc", "backspace"], .back, in: .screens, "back out one level"),
        Command(
            "previous-screen", ["-"], .previousScreen, in: Set<Context>.browsing.subtracting([.waterfall]),
            "the screen before this one"),
        Command(
            "save", [], .save, in: .browsing.union([.canary]), argument: .text(hint: "FILE"),
            "write the screen as FILE.txt, .ansi or .svg, or its mesh as .json, .dot or .mmd"),
        Command("copy", ["y"], .copyName, in: .browsing, "copy the name of what is selected (OSC 52)"),
        Command("copy-json", ["Y"], .copyJSON, in: .browsing, "copy what is selected with its numbers, as JSON"),
        Command(
            "write", [], .allowChanges(true), in: .browsing.union([.canary]),
            "allow changes: weights, configuration, guards"),
        Command("read-only", [], .allowChanges(false), in: .browsing.union([.canary]), "allow none"),
        Command("repaint", ["ctrl+l"], .repaint, in: .everywhere, "draw everything anew"),
        Command("suspend", ["ctrl+z"], .suspend, in: .everywhere, "back to the shell; fg returns"),
        Command("interrupt", ["ctrl+c"], .quit, in: .everywhere, "leave, whatever is open"),
        Command("quit", ["q"], .quit, in: .screens, label: "quit", "leave meshtop"),
    ]
}
