#include "stack/wire/json.h"

#include "stack/wire/header.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace assay::wire {

namespace {

using Json = nlohmann::ordered_json;

// Where the field with that path goes: the object of its list elements, and its own name.
struct Place {
    Json* object;
    std::string name;
};

Place place(Json& root, std::string_view path) {
    Json* at = &root;
    while (true) {
        size_t open = path.find('[');
        if (open == std::string_view::npos) return {at, std::string(path)};
        size_t close = path.find("].", open);
        size_t index = std::stoul(std::string(path.substr(open + 1, close - open - 1)));
        Json& list = (*at)[std::string(path.substr(0, open))];
        if (list.is_null()) list = Json::array();
        while (list.size() <= index) list.push_back(Json::object());
        at = &list[index];
        path.remove_prefix(close + 2);
    }
}

// Names that occur twice in one structure (Reserved, mostly) are numbered from the second on.
std::string unused(const Json& object, const std::string& name) {
    if (!object.contains(name)) return name;
    for (int i = 2;; ++i) {
        std::string numbered = name + std::to_string(i);
        if (!object.contains(numbered)) return numbered;
    }
}

// Puts the spans [at, …) of one depth into `root`, and returns the first span beyond.
size_t put(Json& root, ByteView bytes, const std::vector<Span>& spans, size_t at) {
    unsigned depth = spans[at].depth;
    while (at < spans.size() && spans[at].depth == depth) {
        const Span& span = spans[at++];
        Place where = place(root, span.path);
        Json value;
        if (span.number) {
            value = span.value;
        } else {
            value = to_hex(bytes.subspan(span.offset, span.size));
        }
        if (at < spans.size() && spans[at].depth > depth) {
            Json inner = Json::object();
            at = put(inner, bytes, spans, at);
            value = Json{{"bytes", value}, {"structure", inner}};
        }
        (*where.object)[unused(*where.object, where.name)] = std::move(value);
    }
    return at;
}

// Fills a message in from JSON.
class JsonReader final : public Visitor {
   public:
    JsonReader(const Json& fields, const Context& context) : Visitor(context) {
        levels_.push_back({&fields, {}});
    }

    bool decoding() const override { return true; }
    size_t position() const override { return position_; }
    void finish() {
        if (!failed()) check_all_used();
    }

   protected:
    void on_number(const Field& field, uint64_t& value, size_t width) override {
        const Json* found = take(field.name);
        if (found == nullptr) return;
        if (!found->is_number_unsigned()) return refuse(Errc::bad_text, field.name, "not an unsigned number");
        value = found->get<uint64_t>();
        if (width < 8 && value >> (8 * width) != 0)
            return refuse(Errc::out_of_range, field.name, "too large");
        position_ += width;
    }
    void on_bytes(const Field& field, std::span<uint8_t> bytes) override {
        const Json* found = take(field.name);
        if (found == nullptr) return;
        Result<Bytes> read = hex(*found);
        if (!read) return refuse(Errc::bad_text, field.name, "not hexadecimal");
        if (read->size() != bytes.size())
            return refuse(Errc::inconsistent, field.name, "not of the size that is due");
        std::ranges::copy(*read, bytes.begin());
        position_ += bytes.size();
    }
    void on_total_length(const Field& field, size_t width) override {
        uint64_t ignored = 0;
        on_number(field, ignored, width);
    }
    void on_enter(std::string_view name, size_t index) override {
        const Json& here = *levels_.back().object;
        auto list = here.find(std::string(name));
        bool there =
            list != here.end() && list->is_array() && index < list->size() && (*list)[index].is_object();
        levels_.back().used.insert(std::string(name));
        levels_.push_back({there ? &(*list)[index] : &kEmpty, {}});
        if (!there) refuse(Errc::bad_text, name, "an element of the list is missing");
    }
    void on_leave() override {
        if (!failed()) check_all_used();
        levels_.pop_back();
    }
    size_t remaining() const override { return kRoom; }
    size_t rest_size(const Field& field) const override {
        const Json* found = peek(field.name);
        Result<Bytes> read = found == nullptr ? Result<Bytes>{} : hex(*found);
        return read ? read->size() : 0;
    }

   private:
    struct Level {
        const Json* object;
        std::set<std::string> used;
    };
    // Larger than any message, small enough to be allocated.
    static constexpr size_t kRoom = size_t{1} << 20;
    static inline const Json kEmpty = Json::object();

    static Result<Bytes> hex(const Json& value) {
        const Json& text = value.is_object() && value.contains("bytes") ? value["bytes"] : value;
        if (!text.is_string()) return fail(Errc::bad_text, "bytes");
        return from_hex(text.get<std::string>());
    }
    std::string next_name(std::string_view name) const {
        const std::set<std::string>& used = levels_.back().used;
        std::string wanted(name);
        for (int i = 2; used.contains(wanted); ++i) wanted = std::string(name) + std::to_string(i);
        return wanted;
    }
    const Json* peek(std::string_view name) const {
        const Json& here = *levels_.back().object;
        auto found = here.find(next_name(name));
        return found == here.end() ? nullptr : &*found;
    }
    const Json* take(std::string_view name) {
        const Json* found = peek(name);
        if (found == nullptr) {
            refuse(Errc::bad_text, name, "the field is missing");
        } else {
            levels_.back().used.insert(next_name(name));
        }
        return found;
    }
    void check_all_used() {
        for (const auto& [name, value] : levels_.back().object->items()) {
            if (levels_.back().used.contains(name)) continue;
            return refuse(Errc::bad_text, "fields", "there is no field " + name + " here");
        }
    }

    std::vector<Level> levels_;
    size_t position_ = 0;
};

}  // namespace

Json fields_to_json(ByteView bytes, const Annotation& annotation) {
    Json fields = Json::object();
    if (!annotation.spans.empty()) put(fields, bytes, annotation.spans, 0);
    return fields;
}

Json to_json(ByteView bytes, const Context& context) {
    Annotation annotation = annotate(bytes, context);
    Json json;
    json["message"] = bytes.size() < 2 ? std::string() : message_name(code_of(bytes));
    json["version"] = name(context.version);
    json["fields"] = fields_to_json(bytes, annotation);
    if (annotation.error) {
        json["error"] = annotation.error->text();
    } else if (annotation.used < bytes.size()) {
        json["trailing"] = to_hex(bytes.subspan(annotation.used));
    }
    return json;
}

Result<Bytes> from_json(std::string_view name, const Json& fields, const Context& context, bool raw) {
    const MessageInfo* info = message_info(name);
    if (info == nullptr)
        return fail(Errc::bad_text, "message", Error::npos, "there is no message " + std::string(name));
    if (!fields.is_object()) return fail(Errc::bad_text, "fields", Error::npos, "not an object");
    std::unique_ptr<Described> message = info->make();
    JsonReader reader(fields, context);
    message->describe(reader);
    reader.finish();
    if (reader.failed()) return std::unexpected(reader.error());
    return raw ? encode_any_raw(*message, context) : encode_any(*message, context);
}

}  // namespace assay::wire
