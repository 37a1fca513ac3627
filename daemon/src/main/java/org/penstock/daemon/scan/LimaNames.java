package org.penstock.daemon.scan;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.nexus.GroupNames;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.LimaSaving;
import org.penstock.protocol.ProtocolException;

/**
 * LImA's saving parameters, checked: where a control system decides the names of part files.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param directory names of the folders below the allowed root
 * @param prefix begin of the file name
 * @param indexFormat printf format of the file index
 * @param nextNumber index of the first part file
 * @param framesPerFile frames of a part file, or null
 * @param groups names in the part files
 * @param hasMaster whether a scan master is written
 */
public record LimaNames(
        List<String> directory,
        String prefix,
        String indexFormat,
        int nextNumber,
        @Nullable Long framesPerFile,
        GroupNames groups,
        boolean hasMaster) {
    private static final Pattern INDEX_FORMAT = Pattern.compile("%0?[0-9]?d");
    private static final int MOST_NUMBER = 99_999_999;

    static LimaNames of(LimaSaving saving, String instrument, String detector) {
        StreamValues.oneOf("lima.master", saving.master(), ErrorCode.BAD_VALUE, "scan", "none");
        String format = or(saving.indexFormat(), "%04d");
        if (!INDEX_FORMAT.matcher(format).matches()) {
            throw new ProtocolException(
                    ErrorCode.BAD_VALUE,
                    "index format refused: key=lima.index_format, expected=one printf integer such as %04d, actual="
                            + format);
        }
        Integer next = saving.nextNumber();
        Long number = next == null ? null : next.longValue();
        return new LimaNames(
                folders("lima.directory", or(saving.directory(), "")),
                NamePart.check("lima.prefix", or(saving.prefix(), detector + "_")),
                format,
                (int) StreamValues.orDefault("lima.next_number", number, 0, MOST_NUMBER),
                saving.framesPerFile(),
                new GroupNames(
                        or(saving.entryName(), "entry_0000"),
                        or(saving.instrumentName(), instrument),
                        or(saving.detectorName(), detector)),
                !"none".equals(saving.master()));
    }

    /** Returns the names of a directory's folders, checked. */
    static List<String> folders(String key, String directory) {
        if (directory.isEmpty() || directory.equals(".")) {
            return List.of();
        }
        return Arrays.stream(directory.split("/", -1))
                .map(folder -> NamePart.check(key, folder))
                .toList();
    }

    /** Returns the file name of a part. */
    String fileName(long part) {
        return NamePart.composed(
                "lima.prefix", prefix + String.format(Locale.ROOT, indexFormat, nextNumber + part) + ".h5");
    }

    private static String or(@Nullable String value, String otherwise) {
        return value == null ? otherwise : value;
    }
}
