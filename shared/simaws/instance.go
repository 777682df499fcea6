package simaws

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Instance is a managed instance: the members of InstanceInformation, and what EC2 says of the same machine.
type Instance struct {
	InstanceID                             string `json:"InstanceId"`
	ComputerName                           string
	IPAddress                              string
	PlatformName                           string
	PlatformType                           string // Linux, Windows or MacOS
	PlatformVersion                        string
	AgentVersion                           string
	IsLatestVersion                        bool
	PingStatus                             string // Online, ConnectionLost or Inactive
	LastPingDateTime                       *Time  `json:",omitempty"`
	RegistrationDate                       *Time  `json:",omitempty"`
	ResourceType                           string // EC2Instance or ManagedInstance
	AssociationStatus                      string `json:",omitempty"`
	LastAssociationExecutionDate           *Time  `json:",omitempty"`
	LastSuccessfulAssociationExecutionDate *Time  `json:",omitempty"`

	Type   string `json:"-"` // such as m6i.large
	State  string `json:"-"` // running or stopped
	Role   string `json:"-"` // what it is for
	Zone   string `json:"-"`
	Subnet string `json:"-"`
}

// Application is one entry of an instance's inventory of applications.
type Application struct {
	InstanceID                                                             string
	Name, Version, Publisher, Architecture, ApplicationType, InstalledTime string
}

// Patch is one patch of an instance.
type Patch struct {
	InstanceID     string `json:"-"`
	Title          string
	KBID           string `json:"KBId"`
	Classification string `json:",omitempty"`
	Severity       string `json:",omitempty"`
	State          string // Installed, InstalledOther, Missing, Failed, …
	InstalledTime  *Time  `json:",omitempty"`
}

var platforms = []struct{ kind, name, version string }{
	{"Linux", "Amazon Linux", "2023"}, {"Linux", "Amazon Linux", "2023"}, {"Linux", "Amazon Linux", "2"}, {"Linux", "Ubuntu", "22.04"},
	{"Linux", "Ubuntu", "24.04"}, {"Linux", "Red Hat Enterprise Linux", "9.4"}, {"Windows", "Microsoft Windows Server 2022 Datacenter", "10.0.20348"},
	{"Windows", "Microsoft Windows Server 2019 Datacenter", "10.0.17763"},
}

func generateInstances(l *location) []Instance {
	instances := make([]Instance, l.drawCount("instances", 42))
	for i := range instances {
		instances[i] = generateInstance(l, i)
	}
	return instances
}

func generateInstance(l *location, i int) Instance {
	r := l.newChance("instance", i)
	platform := pickOne(r, platforms...)
	role := pickOne(r, "web", "api", "worker", "cart", "search", "batch", "bastion", "build", "cache")
	in := Instance{
		InstanceID: "i-0" + r.hexDigits(16), IPAddress: r.newIP(), PlatformName: platform.name, PlatformType: platform.kind, PlatformVersion: platform.version,
		AgentVersion: "3.3.2299.0", IsLatestVersion: true, PingStatus: "Online", ResourceType: "EC2Instance", AssociationStatus: "Success",
		Type:  pickOne(r, "t3.medium", "m6i.large", "m6i.xlarge", "c6i.large", "r6g.2xlarge", "t4g.small", "m7g.large"),
		State: "running", Role: role, Zone: l.region + pickOne(r, "a", "b", "c"), Subnet: l.resourceID("AWS::EC2::Subnet", r.IntN(3)),
	}
	in.ComputerName = fmt.Sprintf("%s-%02d.%s.internal", role, i+1, l.shortName())
	if platform.kind == "Windows" {
		in.ComputerName = strings.ToUpper(fmt.Sprintf("%s%02d", role, i+1))
	}
	in.RegistrationDate = newTime(r.timeWithin(l.creationTime(l.account), l.startOfYear()))
	ping := l.now.Add(-time.Duration(r.intBetween(5, 290)) * time.Second)
	run := l.now.Truncate(time.Hour).Add(-time.Duration(r.intBetween(1, 50)) * time.Minute)
	switch {
	case r.oneIn(5):
		in.AgentVersion, in.IsLatestVersion = pickOne(r, "3.2.2303.0", "3.1.1927.0", "3.3.987.0"), false
	case r.oneIn(8):
		in.ResourceType, in.InstanceID = "ManagedInstance", "mi-0"+r.hexDigits(16)
	}
	if r.oneIn(14) {
		in.PingStatus, in.State = "ConnectionLost", "stopped"
		ping = l.now.Add(-time.Duration(r.intBetween(30, 900)) * time.Hour)
		run = ping.Truncate(time.Hour)
	}
	in.LastPingDateTime, in.LastAssociationExecutionDate, in.LastSuccessfulAssociationExecutionDate = newTime(ping), newTime(run), newTime(run)
	if r.oneIn(12) {
		in.AssociationStatus, in.LastSuccessfulAssociationExecutionDate = "Failed", newTime(run.AddDate(0, 0, -r.intBetween(1, 20)))
	}
	return in
}

var packages = []string{
	"openssl", "curl", "glibc", "systemd", "python3", "openssh-server", "sudo", "bash", "zlib", "nginx", "postgresql-client", "git", "vim", "tar",
	"gzip", "libxml2", "expat", "krb5-libs", "nss", "gnutls", "dbus", "rsyslog", "chrony", "cloud-init", "amazon-ssm-agent", "docker", "containerd",
	"java-21-amazon-corretto", "nodejs", "redis", "jq", "rsync", "cronie", "audit", "selinux-policy", "grub2", "kernel", "linux-firmware", "lvm2", "iptables",
}

var programs = []string{
	"Microsoft Edge", "Microsoft Visual C++ 2022 Redistributable", "AWS Tools for Windows", "Amazon SSM Agent", "AWS PV Drivers", "7-Zip", "Notepad++",
	"PowerShell 7", "Microsoft .NET Runtime 8", "Microsoft SQL Server Native Client", "CrowdStrike Windows Sensor", "Datadog Agent", "Git", "Python 3.12",
}

// findApplications returns 100 to 200 applications for each instance, and none if the agent does not answer.
func findApplications(l *location, in Instance) []Application {
	if set, ok := findSetItems[Application](l); ok {
		return slices.DeleteFunc(slices.Clone(set), func(a Application) bool { return a.InstanceID != in.InstanceID })
	}
	r := l.newChance("applications", in.InstanceID)
	registered := l.creationTime(l.account)
	if in.RegistrationDate != nil {
		registered = in.RegistrationDate.Time
	}
	names, publisher, architecture, suffixes := packages, in.PlatformName, "x86_64", []string{"", "-libs", "-common", "-devel", "-tools", "-data"}
	if in.PlatformType == "Windows" {
		names, publisher, suffixes = programs, "Microsoft Corporation", []string{"", " (x86)", " Update", " Help", " SDK", " Runtime", " Language Pack", " Tools", " Components"}
	}
	apps := make([]Application, 0, 200)
	for _, suffix := range suffixes {
		for _, name := range names {
			if r.oneIn(4) {
				continue
			}
			apps = append(apps, Application{
				InstanceID: in.InstanceID, Name: name + suffix, Version: fmt.Sprintf("%d.%d.%d-%d", r.intBetween(1, 9), r.intBetween(0, 20), r.intBetween(0, 30), r.intBetween(1, 9)),
				Publisher: publisher, Architecture: pickOne(r, architecture, architecture, architecture, "noarch"), ApplicationType: pickOne(r, "System Environment/Base", "Development/Tools", "Unspecified", "Applications/System"),
				InstalledTime: r.timeWithin(registered, l.startOfYear()).Format(time.RFC3339),
			})
		}
	}
	return apps
}

// findPatches returns the patches of the last fourteen months' patch days, some dozens to hundreds for each instance.
func findPatches(l *location, in Instance) []Patch {
	if set, ok := findSetItems[Patch](l); ok {
		return slices.DeleteFunc(slices.Clone(set), func(p Patch) bool { return p.InstanceID != in.InstanceID })
	}
	var patches []Patch
	for ago := 13; ago >= 0; ago-- {
		month := time.Date(l.now.Year(), l.now.Month()-time.Month(ago), 1, 0, 0, 0, 0, time.UTC)
		r := l.newChance("patches", in.InstanceID, month.Unix())
		patchDay := month.AddDate(0, 0, r.intBetween(7, 26)).Add(time.Duration(r.intBetween(60, 300)) * time.Minute)
		for i := range r.intBetween(5, 15) {
			if published := patchDay.AddDate(0, 0, -6); published.After(l.now) {
				continue
			}
			patches = append(patches, generatePatch(l, in, r, patchDay, i))
		}
	}
	return patches
}

// generatePatch returns the i-th patch of a patch day. It is missing before that day; then most patches are installed,
// and a few fail for twelve days.
func generatePatch(l *location, in Instance, r chance, patchDay time.Time, i int) Patch {
	name := pickOne(r, packages...)
	p := Patch{
		InstanceID: in.InstanceID, KBID: name + ".x86_64", State: "Installed",
		Title:          fmt.Sprintf("%s.x86_64:0:%d.%d.%d-%d", name, r.intBetween(1, 9), r.intBetween(0, 20), int(patchDay.Month()), i),
		Classification: pickOne(r, "Security", "Security", "Bugfix", "Enhancement", ""), Severity: pickOne(r, "Critical", "Important", "Medium", "Low", ""),
	}
	if in.PlatformType == "Windows" {
		p.KBID = fmt.Sprintf("KB50%05d", r.intBetween(10000, 99999))
		product := pickOne(r, "Cumulative Update for Windows Server", "Security Update for .NET Framework", "Servicing Stack Update", "Malicious Software Removal Tool")
		p.Title = fmt.Sprintf("%s %s (%s)", patchDay.Format("2006-01"), product, p.KBID)
	}
	installed := patchDay.Add(time.Duration(i) * time.Minute)
	switch r.IntN(25) {
	case 0:
		p.State = "Missing"
		return p
	case 1:
		installed = installed.AddDate(0, 0, 12)
		p.State = "Failed"
		if installed.After(l.now) && patchDay.Before(l.now) {
			return p
		}
		p.State = "Installed"
	case 2:
		p.State = "InstalledOther"
	case 3:
		p.State = "InstalledPendingReboot"
	}
	if installed.After(l.now) {
		p.State = "Missing"
		return p
	}
	p.InstalledTime = newTime(installed)
	return p
}
