import TerminalUI

extension Model {
    /// `T`, or `:theme` with or without a name.
    mutating func chooseTheme(_ name: String, _ effects: inout [Effect]) {
        guard name.isEmpty else { return effects.append(.keepTheme(name)) }
        prompt = nil
        toast = nil
        themePicker = ThemePicker(original: themeName)
        effects.append(.listThemes)
    }

    mutating func takeThemes(_ list: [ThemeEntry]) {
        themes = list
        guard let picker = themePicker else { return }
        themePicker?.cursor = list.firstIndex { $0.name == picker.original } ?? (list.isEmpty ? nil : 0)
    }

    /// What a key means while the picker is open; false when it means what it always does.
    mutating func performInPicker(_ action: Action, _ effects: inout [Effect]) -> Bool {
        guard let picker = themePicker else { return false }
        switch action {
        case .move(.up): moveThemeCursor(by: -1, &effects)
        case .move(.down): moveThemeCursor(by: 1, &effects)
        case .page(.up): moveThemeCursor(by: -10, &effects)
        case .page(.down): moveThemeCursor(by: 10, &effects)
        case .goToStart: moveThemeCursor(by: -themes.count, &effects)
        case .goToEnd: moveThemeCursor(by: themes.count, &effects)
        case .open:
            themePicker = nil
            if let cursor = picker.cursor, themes.indices.contains(cursor) {
                effects.append(.keepTheme(themes[cursor].name))
            }
        case .back:
            themePicker = nil
            if themeName != picker.original { effects.append(.showTheme(picker.original)) }
        default: return false
        }
        return true
    }

    mutating func moveThemeCursor(by step: Int, _ effects: inout [Effect]) {
        guard let cursor = themePicker?.cursor, !themes.isEmpty else { return }
        let next = min(max(0, cursor + step), themes.count - 1)
        guard next != cursor else { return }
        themePicker?.cursor = next
        effects.append(.showTheme(themes[next].name))
    }
}
