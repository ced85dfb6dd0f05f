#include "stack/attest/snp_product.h"

#include <algorithm>

namespace assay::attest {

namespace {

struct Models {
    uint8_t family, first, last;
    SnpProduct product;
};
constexpr Models kModels[] = {
    {0x19, 0x00, 0x0f, SnpProduct::milan},  {0x19, 0x10, 0x1f, SnpProduct::genoa},
    {0x19, 0xa0, 0xaf, SnpProduct::genoa},  // Bergamo and Siena
    {0x1a, 0x00, 0x11, SnpProduct::turin},  {0x1a, 0x50, 0x57, SnpProduct::venice},
    {0x1a, 0x90, 0xaf, SnpProduct::venice}, {0x1a, 0xc0, 0xc7, SnpProduct::venice},
};

struct Line {
    std::string_view name;
    SnpProduct product;
};
constexpr Line kLines[] = {
    {"Milan", SnpProduct::milan}, {"Genoa", SnpProduct::genoa}, {"Bergamo", SnpProduct::genoa},
    {"Siena", SnpProduct::genoa}, {"Turin", SnpProduct::turin}, {"Venice", SnpProduct::venice},
};

}  // namespace

std::string_view name(SnpProduct product) { return std::ranges::find(kLines, product, &Line::product)->name; }

std::optional<SnpProduct> product_of(const SnpCpu& cpu) {
    const auto* known = std::ranges::find_if(kModels, [&](const Models& models) {
        return models.family == cpu.family && models.first <= cpu.model && cpu.model <= models.last;
    });
    if (known == std::end(kModels)) return std::nullopt;
    return known->product;
}

std::optional<SnpProduct> product_from_name(std::string_view product_name) {
    const auto* known =
        std::ranges::find(kLines, product_name.substr(0, product_name.find('-')), &Line::name);
    if (known == std::end(kLines)) return std::nullopt;
    return known->product;
}

TcbLayout layout_of(SnpProduct product) {
    return product == SnpProduct::turin || product == SnpProduct::venice ? TcbLayout::turin
                                                                         : TcbLayout::milan;
}

}  // namespace assay::attest
