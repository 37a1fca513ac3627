package org.penstock.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * LImA's saving parameters, for streams whose names a control system decides (README section 4).
 *
 * @param directory relative to the daemon's data directory
 * @param prefix of part files
 * @param indexFormat printf integer, default {@code %04d}
 * @param nextNumber index of the first part file, default 0
 * @param framesPerFile as {@link OpenStream#framesPerFile()}
 * @param entryName NXentry in the part files, default {@code entry_0000}
 * @param instrumentName NXinstrument in the part files
 * @param detectorName NXdetector in the part files
 * @param master {@code scan} (default) or {@code none}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LimaSaving(
        @Nullable String directory,
        @Nullable String prefix,
        @Nullable String indexFormat,
        @Nullable Integer nextNumber,
        @Nullable Long framesPerFile,
        @Nullable String entryName,
        @Nullable String instrumentName,
        @Nullable String detectorName,
        @Nullable String master) {}
