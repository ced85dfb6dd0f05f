#include "conformance/engine/located_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

namespace assay::engine {

namespace {

using Json = nlohmann::json;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// Goes through a text in one direction only, so that each place costs what lies since the one before.
class Places {
   public:
    explicit Places(std::string_view text) : text_(text) {}

    Place of(size_t offset) {
        for (; offset_ < std::min(offset, text_.size()); ++offset_) {
            const auto byte = static_cast<unsigned char>(text_[offset_]);
            constexpr unsigned kContinuationMask = 0xc0, kContinuation = 0x80;
            if (byte == '\n') {
                place_ = {place_.line + 1, 1};
            } else if ((byte & kContinuationMask) != kContinuation) {
                ++place_.column;
            }
        }
        return place_;
    }

   private:
    std::string_view text_;
    size_t offset_ = 0;
    Place place_;
};

// Reads a text for the parser, and tells how far the parser has come.
class Cursor {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    Cursor(const char* at, const char** furthest) : at_(at), furthest_(furthest) {}
    reference operator*() const { return *at_; }
    Cursor& operator++() {
        *furthest_ = ++at_;
        return *this;
    }
    Cursor operator++(int) {
        Cursor before = *this;
        ++*this;
        return before;
    }
    bool operator==(const Cursor& other) const { return at_ == other.at_; }

   private:
    const char* at_;
    const char** furthest_;
};

// Receives the parser's events. Each comes when the parser has read the token and at most the separator
// behind it, so that the token begins at the first character since the event before that separates nothing.
class Locator : public nlohmann::json_sax<Json> {
   public:
    Locator(std::string_view text, const char* const& read, LocatedJson& result)
        : text_(text), read_(read), result_(result), places_(text) {
        if (text.starts_with(kByteOrderMark)) end_ = kByteOrderMark.size();
    }

    bool null() override { return scalar(); }
    bool boolean(bool) override { return scalar(); }
    bool number_integer(number_integer_t) override { return scalar(); }
    bool number_unsigned(number_unsigned_t) override { return scalar(); }
    bool number_float(number_float_t, const string_t&) override { return scalar(); }
    bool string(string_t&) override { return scalar(); }
    bool binary(binary_t&) override { return scalar(); }
    bool start_object(size_t) override { return begin(false); }
    bool start_array(size_t) override { return begin(true); }
    bool end_object() override { return end(); }
    bool end_array() override { return end(); }

    bool key(string_t& name) override {
        const Place place = token();
        Open& object = open_.back();
        object.step = name;
        if (!object.names.insert(name).second)
            result_.repeated.push_back({place, fmt::format("the key \"{}\" is there twice", name)});
        result_.keys[pointer()] = place;
        return true;
    }

    bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception& error) override {
        std::string_view what = error.what();
        // In front of what is wrong stand the kind of exception and, in words of its own, the place.
        for (const std::string_view before : {"] ", "parse error at ", ": "}) {
            const size_t found = what.find(before);
            if (found != std::string_view::npos) what.remove_prefix(found + before.size());
        }
        fault_ = {places_.of(position == 0 ? 0 : position - 1), fmt::format("is no JSON: {}", what)};
        return false;
    }

    TextFault fault_{};

   private:
    struct Open {
        bool list = false;
        size_t count = 0;  // of elements before this one
        std::string step{};
        std::set<std::string> names{};
    };

    Place token() {
        constexpr std::string_view kSeparators = " \t\r\n,:";
        const size_t begin = std::min(text_.find_first_not_of(kSeparators, end_), text_.size());
        end_ = static_cast<size_t>(read_ - text_.data());
        return places_.of(begin);
    }

    std::string pointer() const {
        Json::json_pointer pointer;
        for (const Open& one : open_) pointer /= one.list ? std::to_string(one.count) : one.step;
        return pointer.to_string();
    }

    Place value() {
        const Place place = token();
        result_.values[pointer()] = place;
        return place;
    }
    void next() {
        if (!open_.empty()) ++open_.back().count;
    }
    bool scalar() {
        value();
        next();
        return true;
    }
    bool begin(bool list) {
        const Place place = value();
        open_.push_back({.list = list});
        if (open_.size() <= kMostNested) return true;
        fault_ = {place, fmt::format("lists and objects are nested deeper than {}", kMostNested)};
        return false;
    }
    bool end() {
        token();
        open_.pop_back();
        next();
        return true;
    }

    std::string_view text_;
    const char* const& read_;
    LocatedJson& result_;
    Places places_;
    size_t end_ = 0;  // of what the event before was about
    std::vector<Open> open_;
};

}  // namespace

Place LocatedJson::at(const std::string& pointer) const {
    if (const auto key = keys.find(pointer); key != keys.end()) return key->second;
    const auto value = values.find(pointer);
    return value == values.end() ? Place{} : value->second;
}

std::expected<LocatedJson, TextFault> parse_located(std::string_view text) {
    LocatedJson result;
    const char* read = text.data();
    Locator locator(text, read, result);
    const Cursor first(text.data(), &read), last(text.data() + text.size(), &read);
    if (!Json::sax_parse(first, last, &locator)) return std::unexpected(std::move(locator.fault_));
    result.value = Json::parse(text, nullptr, false);
    return result;
}

}  // namespace assay::engine
