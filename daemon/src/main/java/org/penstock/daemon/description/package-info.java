/**
 * What is known about a scan besides its identity and its frames, as a control system says it: {@link org.penstock.daemon.description.ScanMetadata} is
 * read from one JSON object, checked whole, and written back. The JSON is documented, with an example, in {@code src/docs/scan-description.md}.
 *
 * <p>Values are {@link org.penstock.daemon.description.Value}s with units that {@link org.penstock.daemon.description.Units} knows, or
 * {@link org.penstock.daemon.description.Fields} of them. All that is wrong with a description is told at once, by
 * {@link org.penstock.daemon.description.MetadataException}, each problem with the JSON pointer of its field.
 *
 * <p>A leaf package: it knows no files. {@code daemon.nexus} decides where each item goes.
 */
@NullMarked
package org.penstock.daemon.description;

import org.jspecify.annotations.NullMarked;
