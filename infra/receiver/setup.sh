#!/bin/bash
# Prepares the instance at its first start. A change of this text replaces the instance, which keeps nothing.
set -euo pipefail
export AWS_DEFAULT_REGION={{.Region}}

dnf install --assumeyes --quiet amazon-cloudwatch-agent unzip
useradd --system --no-create-home --shell /sbin/nologin view360

aws s3 cp --only-show-errors {{.Program}} /tmp/receiver.zip
unzip -q /tmp/receiver.zip -d /opt/view360
mv /opt/view360/bootstrap /opt/view360/receiver
rm /tmp/receiver.zip

mkdir /etc/view360
cat >/etc/view360/receiver.env <<'END'
AWS_REGION={{.Region}}
DATA_BUCKET={{.Bucket}}
BUCKET_KMS_KEY={{.Key}}
BUCKET_OWNER={{.Account}}
DATABASE_URL={{.DatabaseURL}}
RECEIVER_LOG=/var/log/view360/receiver.log
END
ln --symbolic /var/log/view360/receiver.log /var/log/receiver.log

cat >/etc/systemd/system/receiver.service <<'END'
[Unit]
Description=View360 receiver: loads the snapshots that wait
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
User=view360
EnvironmentFile=/etc/view360/receiver.env
# What arrives from now on asks for another run.
ExecStartPre=+/usr/bin/rm --force {{.Arrived}}
ExecStart=/opt/view360/receiver drain
TimeoutStartSec=infinity
LogsDirectory=view360
NoNewPrivileges=yes
PrivateTmp=yes
ProtectHome=yes
ProtectSystem=strict
END

cat >/etc/systemd/system/receiver.timer <<'END'
[Unit]
Description=View360 receiver, every night and after each start of the machine

[Timer]
OnCalendar=*-*-* 03:00:00 {{.TimeZone}}
OnBootSec=2min
Persistent=yes

[Install]
WantedBy=timers.target
END

# Any number of arrivals during a run ask for one more run after it.
cat >/etc/systemd/system/receiver.path <<'END'
[Unit]
Description=View360 receiver, when a snapshot arrives

[Path]
PathExists={{.Arrived}}

[Install]
WantedBy=paths.target
END

cat >/etc/view360/agent.json <<'END'
{"agent": {"region": "{{.Region}}"},
 "logs": {"logs_collected": {"files": {"collect_list": [
  {"file_path": "/var/log/view360/receiver.log", "log_group_name": "{{.LogGroup}}", "log_stream_name": "{instance_id}/receiver"},
  {"file_path": "/var/log/cloud-init-output.log", "log_group_name": "{{.LogGroup}}", "log_stream_name": "{instance_id}/setup"}
 ]}}}}
END
/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c file:/etc/view360/agent.json

systemctl daemon-reload
{{- if .Paused}}
# Loading is paused: snapshots wait.
{{- else}}
systemctl enable --now receiver.timer receiver.path
touch {{.Arrived}}
{{- end}}
