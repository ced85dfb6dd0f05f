#include "stack/evidence/path.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace assay::evidence {

namespace {

std::unexpected<Error> wrong(std::string detail) {
    return fail(Errc::bad_text, "path", Error::npos, std::move(detail));
}

std::string text_of(const PathStep& step) {
    if (step.is_member()) return step.name;
    if (step.where.empty()) return step.index ? fmt::format("[{}]", *step.index) : "[+]";
    std::string all;
    for (const auto& [member, value] : step.where) all += fmt::format(",{}={}", member, value);
    return fmt::format("[{}]", all.substr(1));
}

Result<PathStep> bracket(std::string_view inside) {
    PathStep step;
    if (inside == "+") return step;
    if (inside.contains('=')) {
        while (!inside.empty()) {
            const std::string_view one = inside.substr(0, inside.find(','));
            const size_t sign = one.find('=');
            if (sign == std::string_view::npos) return wrong(fmt::format("[{}] says no member", one));
            step.where.emplace_back(one.substr(0, sign), one.substr(sign + 1));
            inside.remove_prefix(std::min(one.size() + 1, inside.size()));
        }
        return step;
    }
    int64_t index = 0;
    const auto end = inside.data() + inside.size();
    const auto [stopped, error] = std::from_chars(inside.data(), end, index);
    if (error != std::errc() || stopped != end) return wrong(fmt::format("[{}] is no index", inside));
    step.index = index;
    return step;
}

bool fits(Place& element, const PathStep& step) {
    return std::ranges::all_of(step.where, [&](const auto& one) {
        const auto member = element.member(one.first);
        if (!member) return false;
        const Json value = member->get();
        return (value.is_string() ? value.get<std::string>() : value.dump()) == one.second;
    });
}

}  // namespace

Result<Path> parse_path(std::string_view text) {
    Path path;
    size_t at = 0;
    while (at < text.size()) {
        if (text[at] == '[') {
            const size_t close = text.find(']', at);
            if (close == std::string_view::npos || path.empty())
                return wrong(fmt::format("'{}' is no path", text));
            path.push_back(TRY(bracket(text.substr(at + 1, close - at - 1))));
            at = close + 1;
            continue;
        }
        if (text[at] == '.') ++at;
        const size_t end = std::min(text.find_first_of(".[", at), text.size());
        if (end == at) return wrong(fmt::format("'{}' is no path", text));
        path.push_back({.name = std::string(text.substr(at, end - at))});
        at = end;
    }
    if (path.empty()) return wrong("the path is empty");
    return path;
}

Result<size_t> index_in(Place& list, const PathStep& step) {
    if (!step.where.empty()) {
        for (size_t i = 0; i < list.size(); ++i)
            if (const auto element = list.element(i); element && fits(*element, step)) return i;
        return wrong(fmt::format("there is no {}", text_of(step)));
    }
    const auto size = static_cast<int64_t>(list.size());
    const int64_t index = step.index.value_or(size);
    const int64_t from_front = index < 0 ? index + size : index;
    if (from_front < 0 || from_front > size)
        return wrong(fmt::format("{} of a list of {}", text_of(step), size));
    return static_cast<size_t>(from_front);
}

Result<std::unique_ptr<Place>> find_place(Place& root, const Path& path, size_t steps) {
    std::unique_ptr<Place> here;
    for (size_t i = 0; i < std::min(steps, path.size()); ++i) {
        Place& from = here ? *here : root;
        std::unique_ptr<Place> next =
            path[i].is_member() ? from.member(path[i].name) : from.element(TRY(index_in(from, path[i])));
        if (!next) return wrong(fmt::format("{} leads nowhere", text_of(path[i])));
        here = std::move(next);
    }
    return here;
}

}  // namespace assay::evidence
