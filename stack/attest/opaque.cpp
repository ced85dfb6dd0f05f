#include "stack/attest/opaque.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/base/reader.h"
#include "stack/wire/decode.h"

namespace assay::attest {

namespace {

// Lengths are those that were seen in real reports; fields that were not may have any up to 256 bytes.
constexpr OpaqueInfo kGpu[] = {
    {.type = 1, .name = "CERT_ISSUER_NAME", .min = 1, .max = 256},
    {.type = 2, .name = "AUTH_KEY_ID", .min = 1, .max = 256},
    {.type = 3, .name = "DRIVER_VERSION", .min = 2, .max = 32, .required = true, .form = OpaqueForm::text},
    {.type = 4, .name = "GPU_INFO", .min = 8, .max = 8},
    {.type = 5, .name = "SKU", .min = 1, .max = 256},
    {.type = 6, .name = "VBIOS_VERSION", .min = 8, .max = 8, .required = true},
    {.type = 7, .name = "MANUFACTURER_ID", .min = 1, .max = 256},
    {.type = 8, .name = "TAMPER_DETECTION", .min = 1, .max = 256},
    {.type = 9, .name = "SMC", .min = 1, .max = 256},
    {.type = 10, .name = "VPR", .min = 1, .max = 256},
    {.type = 11, .name = "NVDEC0_STATUS", .min = 1, .max = 1, .required = true, .form = OpaqueForm::status},
    {.type = 12, .name = "MSRSCNT", .min = 256, .max = 256, .required = true},
    {.type = 13, .name = "CPRINFO", .min = 4, .max = 4},
    {.type = 14, .name = "BOARD_ID", .min = 4, .max = 4},
    {.type = 15, .name = "CHIP_SKU", .min = 4, .max = 9, .step = 5, .form = OpaqueForm::text},
    {.type = 16, .name = "CHIP_SKU_MOD", .min = 2, .max = 5, .step = 3, .form = OpaqueForm::text},
    {.type = 17, .name = "PROJECT", .min = 5, .max = 5, .form = OpaqueForm::text},
    {.type = 18, .name = "PROJECT_SKU", .min = 5, .max = 5, .form = OpaqueForm::text},
    {.type = 19, .name = "PROJECT_SKU_MOD", .min = 2, .max = 2},
    {.type = 20, .name = "FWID", .min = 48, .max = 48},
    {.type = 21, .name = "PROTECTED_PCIE_STATUS", .min = 1, .max = 1, .form = OpaqueForm::status},
    {.type = 22, .name = "SWITCH_PDI", .min = 144, .max = 144},
    {.type = 23, .name = "FLOORSWEPT_PORTS", .min = 2, .max = 2},
    {.type = 24, .name = "POSITION_ID", .min = 2, .max = 2},
    {.type = 25, .name = "LOCK_SWITCH_STATUS", .min = 2, .max = 2},
    {.type = 32, .name = "GPU_LINK_CONN", .min = 1, .max = 256},
    {.type = 33, .name = "SYS_ENABLE_STATUS", .min = 2, .max = 2},
    {.type = 34, .name = "OPAQUE_DATA_VERSION", .min = 2, .max = 2, .form = OpaqueForm::number, .limit = 1},
    {.type = 35, .name = "CHIP_INFO", .min = 1, .max = 256, .form = OpaqueForm::text},
    {.type = 36, .name = "FEATURE_FLAG", .min = 2, .max = 2, .form = OpaqueForm::number, .limit = 2},
};
constexpr OpaqueInfo kSwitch[] = {
    {.type = 4, .name = "GPU_INFO", .min = 128, .max = 128},
    {.type = 6, .name = "VBIOS_VERSION", .min = 14, .max = 14, .required = true, .form = OpaqueForm::text},
    {.type = 12, .name = "MSRSCNT", .min = 4, .max = 256, .step = 4, .required = true},
    {.type = 20, .name = "FWID", .min = 48, .max = 48},
    {.type = 22, .name = "DEVICE_PDI", .min = 8, .max = 8},
    {.type = 23, .name = "DISABLED_PORTS", .min = 2, .max = 2},
    {.type = 24, .name = "SWITCH_POSITION_ID", .min = 2, .max = 2},
    {.type = 25, .name = "SWITCH_LOCK_STATUS", .min = 2, .max = 2},
    {.type = 26, .name = "SWITCH_GPU_PDIS", .min = 128, .max = 128},
    {.type = 27, .name = "SWITCH_PORTS", .min = 1, .max = 256},
    {.type = 34, .name = "OPAQUE_DATA_VERSION", .min = 2, .max = 2, .form = OpaqueForm::number, .limit = 1},
};

const OpaqueInfo* info_of(DeviceKind kind, uint16_t type) {
    const std::span<const OpaqueInfo> table = opaque_table(kind);
    const auto found = std::ranges::find(table, type, &OpaqueInfo::type);
    return found == table.end() ? nullptr : &*found;
}

std::string_view text_of(ByteView value) {
    const auto end = std::ranges::find(value, 0);
    return {reinterpret_cast<const char*>(value.data()), static_cast<size_t>(end - value.begin())};
}

uint64_t number_of(ByteView value) {
    Reader reader(value.first(std::min<size_t>(value.size(), 8)));
    return reader.uint_le(std::max<size_t>(reader.remaining(), 1), "value").value_or(0);
}

bool good_length(const OpaqueInfo& info, size_t size) {
    return size >= info.min && size <= info.max && (size - info.min) % info.step == 0;
}

bool good_value(const OpaqueInfo& info, ByteView value) {
    switch (info.form) {
        case OpaqueForm::bytes: return true;
        case OpaqueForm::text: {
            const std::string_view text = text_of(value);
            const auto printable = [](char c) { return c > ' ' && c <= '~'; };
            const auto rest = value.subspan(text.size());
            return !text.empty() && std::ranges::all_of(text, printable) &&
                   std::ranges::all_of(rest, [](uint8_t byte) { return byte == 0; });
        }
        case OpaqueForm::status:
            return std::ranges::all_of(
                value, [](uint8_t byte) { return byte == opaque::kOn || byte == opaque::kOff; });
        case OpaqueForm::number: break;
    }
    return number_of(value) <= info.limit;
}

std::string title(uint16_t type, const OpaqueInfo* info) {
    return info == nullptr ? fmt::format("opaque field {}", type) : std::string(info->name);
}

// Makes the checks of one report's fields. Each is made once; of several fields that break it the first is
// named.
class Fields {
   public:
    Fields(Appraisal& appraisal, const std::string& subject, DeviceKind kind, ByteView bytes, size_t offset)
        : appraisal_(appraisal), subject_(subject), kind_(kind), bytes_(bytes), offset_(offset) {}

    OpaqueFields appraise() {
        if (!read()) return {};
        OpaqueFields fields;
        for (const Field& field : fields_)
            fields.set(field.type, {field.info, field.value, offset_ + field.end - field.value.size()});
        std::map<uint16_t, size_t> seen;
        first(Check::opaque_duplicate, [&](const Field& field) { return ++seen[field.type] == 1; });
        first(Check::opaque_unknown, [](const Field& field) { return field.info != nullptr; });
        first(Check::opaque_length, [](const Field& field) {
            return field.info == nullptr || good_length(*field.info, field.value.size());
        });
        required(fields);
        first(Check::opaque_value, [](const Field& field) {
            return field.info == nullptr || good_value(*field.info, field.value);
        });
        return fields;
    }

   private:
    struct Field {
        uint16_t type = 0;
        const OpaqueInfo* info = nullptr;
        Bytes value;
        size_t at = 0, end = 0;
    };

    bool read() {
        wire::Decoder decoder(bytes_, {});
        while (decoder.position() < bytes_.size()) {
            const size_t at = decoder.position();
            evidence::NvidiaField field;
            field.describe(decoder);
            if (decoder.failed()) {
                return demand(Check::opaque_form, false, "OpaqueData", at, bytes_.size() - at,
                              decoder.error().text());
            }
            fields_.push_back(
                {field.type, info_of(kind_, field.type), std::move(field.value), at, decoder.position()});
        }
        return demand(Check::opaque_form, true, "OpaqueData", 0, bytes_.size(), {});
    }

    template <class Holds>
    void first(Check check, Holds holds) {
        for (const Field& field : fields_) {
            if (holds(field)) continue;
            demand(check, false, title(field.type, field.info), field.at, field.end - field.at,
                   fmt::format("{} bytes", field.value.size()));
            return;
        }
        demand(check, true, "OpaqueData", 0, bytes_.size(), {});
    }

    void required(const OpaqueFields& fields) {
        for (const OpaqueInfo& info : opaque_table(kind_)) {
            if (!info.required || fields.find(info.type) != nullptr) continue;
            demand(Check::opaque_required, false, std::string(info.name), 0, bytes_.size(),
                   "it is not there");
            return;
        }
        demand(Check::opaque_required, true, "OpaqueData", 0, bytes_.size(), {});
    }

    bool demand(Check check, bool held, std::string field, size_t at, size_t size, std::string reason) {
        return appraisal_.demand(check, held,
                                 {.subject = subject_,
                                  .field = std::move(field),
                                  .offset = offset_ + at,
                                  .bytes = bytes_.subspan(at, size),
                                  .reason = std::move(reason)});
    }

    Appraisal& appraisal_;
    const std::string& subject_;
    DeviceKind kind_;
    ByteView bytes_;
    size_t offset_;
    std::vector<Field> fields_;
};

}  // namespace

std::span<const OpaqueInfo> opaque_table(DeviceKind kind) {
    if (kind == DeviceKind::gpu) return kGpu;
    return kSwitch;
}

const OpaqueField* OpaqueFields::find(uint16_t type) const {
    const auto found = fields_.find(type);
    return found == fields_.end() ? nullptr : &found->second;
}

std::string OpaqueFields::text(uint16_t type) const {
    const OpaqueField* field = find(type);
    return field == nullptr ? std::string() : std::string(text_of(field->value));
}

std::optional<uint64_t> OpaqueFields::number(uint16_t type) const {
    const OpaqueField* field = find(type);
    if (field == nullptr) return {};
    return number_of(field->value);
}

std::optional<OpaquePlace> find_opaque_fields(Appraisal& appraisal, const std::string& subject,
                                              wire::Version version, OpaquePlace opaque_data) {
    const auto place = evidence::find_nvidia_fields(version, opaque_data.fields);
    if (place) {
        return OpaquePlace{opaque_data.fields.subspan(place->offset, place->size),
                           opaque_data.offset + place->offset};
    }
    appraisal.demand(Check::opaque_form, false,
                     {.subject = subject,
                      .field = "OpaqueData",
                      .offset = opaque_data.offset,
                      .bytes = opaque_data.fields,
                      .reason = place.error().text()});
    return std::nullopt;
}

OpaqueFields appraise_opaque(Appraisal& appraisal, const std::string& subject, DeviceKind kind,
                             const OpaquePlace& place) {
    return Fields(appraisal, subject, kind, place.fields, place.offset).appraise();
}

std::string vbios_version(DeviceKind kind, const OpaqueFields& fields) {
    if (kind == DeviceKind::nvswitch) return fields.text(opaque::vbios_version);
    const OpaqueField* field = fields.find(opaque::vbios_version);
    if (field == nullptr || field->value.size() != 8) return {};
    // Four bytes from the last to the first, then the one behind them.
    const Bytes& raw = field->value;
    return fmt::format("{:02X}.{:02X}.{:02X}.{:02X}.{:02X}", raw[3], raw[2], raw[1], raw[0], raw[4]);
}

}  // namespace assay::attest
