/**
 * Looks at the machine as an expert would before a beam time: {@link org.penstock.daemon.doctor.Doctor} makes all checks,
 * {@link org.penstock.daemon.doctor.Finding} says what is wrong, what it costs and what mends it.
 *
 * <p>{@code SoftwareChecks}: Java, native libraries, codecs against known bytes. {@code MachineChecks}: processor, memory, kernel settings, limits; read
 * through {@code Host}, so that a test can have a machine of its own. {@code DirectoryChecks}: file systems, who else may write, room, a measured rate.
 */
@NullMarked
package org.penstock.daemon.doctor;

import org.jspecify.annotations.NullMarked;
