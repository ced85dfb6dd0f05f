#include "stack/attest/rim.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "stack/attest/rim_signature.h"
#include "stack/attest/xml_document.h"

namespace assay::attest {

namespace {

constexpr std::string_view kModelNamespace =
    "https://trustedcomputinggroup.org/resource/tcg-reference-integrity-manifest-rim-information-model/";
constexpr size_t kDigest = 48;
constexpr size_t kMaxText = 256;

bool is_vbios_version(std::string_view version) {
    constexpr std::string_view kShape = "xx.xx.xx.xx.xx";
    return std::ranges::equal(version, kShape, [](char c, char shape) {
        return shape == 'x' ? std::isxdigit(static_cast<unsigned char>(c)) != 0 : c == shape;
    });
}

// A number as it must be written: digits only, without zeros before it.
std::optional<size_t> number(std::string_view text, size_t limit) {
    if (text.empty() || text.size() > 6 || (text[0] == '0' && text.size() > 1)) return {};
    size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value > limit) return {};
    return value;
}

std::optional<Bytes> digest(std::string_view text) {
    const auto digit = [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; };
    if (text.size() != 2 * kDigest || !std::ranges::all_of(text, digit)) return {};
    return from_hex(text).value_or(Bytes());
}

// Reads one Resource. What is wrong with it, by the attribute's name, is said once.
class ResourceReader {
   public:
    explicit ResourceReader(const XmlElement& element) : attributes_(element.attributes()) {}

    Golden read() {
        Golden golden;
        if (take("type") != "Measurement") refuse("type", "is not Measurement");
        index_ = number(take("index"), kMaxGolden);
        if (!index_) refuse("index", "is no number of a measurement");
        const std::string active = take("active");
        golden.active = active == "True";
        if (!golden.active && active != "False") refuse("active", "is neither True nor False");
        const auto count = number(take("alternatives"), kMaxAlternatives);
        if (!count || *count == 0) refuse("alternatives", "is no number of alternatives");
        for (size_t i = 0; i < count.value_or(0); ++i) {
            const std::string title = fmt::format("Hash{}", i);
            auto value = digest(take(title, kHashNamespace));
            if (!value) refuse(title, "is no SHA-384 in hexadecimal");
            golden.alternatives.push_back(std::move(value).value_or(Bytes()));
        }
        golden.name = take("name");
        if (golden.name.empty() || golden.name.size() > kMaxText) refuse("name", "is missing");
        if (take("size") != fmt::to_string(kDigest)) refuse("size", "is not 48");
        if (!attributes_.empty()) refuse(attributes_.front().name, "is not expected here");
        return golden;
    }

    std::optional<size_t> index() const { return index_; }
    const std::string& fault() const { return fault_; }
    const std::string& fault_value() const { return fault_value_; }

   private:
    // The attribute's value, which is then done with; empty when it is not there.
    std::string take(std::string_view name, std::string_view space = {}) {
        const auto found = std::ranges::find_if(attributes_, [&](const XmlElement::Attribute& attribute) {
            return attribute.name == name && attribute.name_space == space;
        });
        last_ = found == attributes_.end() ? std::string() : found->value;
        if (found != attributes_.end()) attributes_.erase(found);
        return last_;
    }

    void refuse(std::string_view name, std::string_view why) {
        if (!fault_.empty()) return;
        fault_ = fmt::format("{} {}", name, why);
        fault_value_ = last_;
    }

    std::vector<XmlElement::Attribute> attributes_;
    std::optional<size_t> index_;
    std::string last_;
    std::string fault_;
    std::string fault_value_;
};

// Reads one manifest and makes its checks.
class Manifest {
   public:
    Manifest(Appraisal& appraisal, const std::string& subject, const File& file)
        : appraisal_(appraisal), subject_(subject), file_(file) {}

    std::optional<Rim> read(const Context& context) {
        const ByteView bytes = file_.bytes;
        if (!demand(Check::rim_entity, !declares_document_type(bytes), "DOCTYPE", {}, {})) return {};
        Result<XmlDocument> document = parse_xml(bytes);
        const std::string why = document ? std::string() : document.error().text();
        if (!demand(Check::rim_form, document.has_value(), file_.path, bytes, why) || !document) return {};
        rim_.subject = subject_;
        rim_.path = file_.path;
        const XmlElement root = XmlElement::root(*document);
        const std::string fault = outline(root);
        if (!demand(Check::rim_schema, fault.empty(), "SoftwareIdentity", as_bytes(root.name()), fault))
            return {};
        for (const XmlElement& payload : root.children(kSwidNamespace, "Payload")) resources(payload);
        const bool any = std::ranges::any_of(rim_.values, [](const auto& row) { return row.second.active; });
        demand(Check::rim_empty, any, "Payload", {}, {});
        appraise_rim_signature(appraisal_, rim_, *document, context);
        return std::move(rim_);
    }

   private:
    // What is wrong with the elements around the golden values; empty when nothing is.
    std::string outline(const XmlElement& root) {
        if (!root.is(kSwidNamespace, "SoftwareIdentity")) return "the root is no SoftwareIdentity";
        for (std::string_view flag : {"corpus", "patch", "supplemental"}) {
            if (root.attribute(flag).value_or("false") != "false")
                return fmt::format("{} is not false", flag);
        }
        for (const XmlElement& child : root.children()) {
            const bool known = child.is(kSwidNamespace, "Entity") || child.is(kSwidNamespace, "Meta") ||
                               child.is(kSwidNamespace, "Payload") ||
                               child.name_space() == kSignatureNamespace;
            if (!known) return fmt::format("{} does not belong into it", child.name().substr(0, 40));
        }
        const auto metas = root.children(kSwidNamespace, "Meta");
        const auto payloads = root.children(kSwidNamespace, "Payload");
        if (metas.size() != 1) return fmt::format("there are {} Meta", metas.size());
        if (payloads.size() != 1) return fmt::format("there are {} Payload", payloads.size());
        if (root.children(kSwidNamespace, "Entity").empty()) return "there is no Entity";
        for (const XmlElement& child : payloads.front().children()) {
            if (!child.is(kSwidNamespace, "Resource") || !child.children().empty())
                return "Payload holds something else than Resource";
        }
        return meta(root, metas.front());
    }

    std::string meta(const XmlElement& root, const XmlElement& element) {
        const auto take = [](const XmlElement& from, std::string_view name, std::string_view space,
                             std::string& value) {
            value = from.attribute(name, space).value_or("");
            return !value.empty() && value.size() <= kMaxText;
        };
        std::string edition;
        std::string type;
        if (!take(root, "tagId", {}, rim_.tag_id)) return "there is no tagId";
        if (!take(element, "colloquialVersion", {}, rim_.version)) return "there is no colloquialVersion";
        if (!take(element, "edition", {}, edition)) return "there is no edition";
        if (!take(element, "product", {}, rim_.product)) return "there is no product";
        if (!take(element, "revision", {}, rim_.revision)) return "there is no revision";
        if (!take(element, "PayloadType", {}, type) || type != "direct") return "PayloadType is not direct";
        take(element, "FirmwareManufacturerId", kModelNamespace, rim_.manufacturer);
        const auto kind = rim_kind(edition, rim_.version);
        if (!kind) return fmt::format("there is no edition {}", edition);
        rim_.kind = *kind;
        return {};
    }

    void resources(const XmlElement& payload) {
        bool good = true;
        bool single = true;
        for (const XmlElement& element : payload.children()) {
            ResourceReader reader(element);
            Golden golden = reader.read();
            if (!reader.fault().empty() && good) {
                good = demand(Check::rim_resource, false, field(reader.index()),
                              as_bytes(reader.fault_value()), reader.fault());
            }
            if (!reader.fault().empty() || !reader.index()) continue;
            const auto index = static_cast<uint8_t>(*reader.index());
            if (rim_.values.contains(index) && single) {
                single = false;
                demand(Check::rim_duplicate, false, field(index), as_bytes(golden.name), {});
            }
            // Of two the later counts: with rim_duplicate waived this behaves as other verifiers do.
            rim_.values[index] = std::move(golden);
        }
        if (good) demand(Check::rim_resource, true, "Payload", {}, {});
        if (single) demand(Check::rim_duplicate, true, "Payload", {}, {});
    }

    static std::string field(std::optional<size_t> index) {
        return index ? fmt::format("Resource index {}", *index) : "Resource";
    }

    bool demand(Check check, bool held, std::string field, ByteView bytes, std::string reason) {
        return appraisal_.demand(
            check, held,
            {.subject = subject_, .field = std::move(field), .bytes = bytes, .reason = std::move(reason)});
    }

    Appraisal& appraisal_;
    const std::string& subject_;
    const File& file_;
    Rim rim_;
};

}  // namespace

std::string_view name(RimKind kind) {
    switch (kind) {
        case RimKind::driver: return "driver-rim";
        case RimKind::vbios: return "vbios-rim";
        case RimKind::switch_bios: break;
    }
    return "switch-bios-rim";
}

std::optional<RimKind> rim_kind(std::string_view edition, std::string_view version) {
    if (edition == "SWITCH") return RimKind::switch_bios;
    if (edition != "GPU") return {};
    return is_vbios_version(version) ? RimKind::vbios : RimKind::driver;
}

std::optional<Rim> appraise_rim(Appraisal& appraisal, const std::string& subject, const File& file,
                                const Context& context) {
    return Manifest(appraisal, subject, file).read(context);
}

}  // namespace assay::attest
